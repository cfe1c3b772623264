"""A claim takes the next that are due, asks once more whether they may be written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ecrm_cli.consent import grants, suppressions
from ecrm_cli.consent.model import Grant
from ecrm_cli.contacts import profile, tags
from ecrm_cli.contacts.model import Profile
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.outbox import claiming, ops
from ecrm_cli.outbox.claiming import Batch, Portion
from tests.door import NOW
from tests.outbox.runs import (
    RECEIPT,
    SPRING,
    agree,
    column,
    freeze,
    messages,
    spring_for,
    withdraw,
)
from tests.people import person


def claim(store: Store, folder: Path, run_id: int, amount: int = 100, parts: int = 4) -> Batch:
    """Claim from a run; there must be something."""
    batch = claiming.claim(store, NOW, run_id, Portion(amount, parts, folder))
    assert batch is not None
    return batch


def test_claims_are_ranges_that_follow_each_other(store: Store, tmp_path: Path) -> None:
    run_id = spring_for(store, 5)
    first = claim(store, tmp_path, run_id, amount=3)
    assert [row.seq for row in first.recipients] == [1, 2, 3]
    assert column(store, run_id, "status") == ["sending"] * 3 + ["queued"] * 2
    second = claim(store, tmp_path, run_id, amount=3)
    assert [row.seq for row in second.recipients] == [4, 5]
    assert claiming.claim(store, NOW, run_id, Portion(3, 4, tmp_path)) is None
    assert len({first.claim.sender_id, second.claim.sender_id}) == 2


def test_a_claim_is_dealt_into_as_many_journals_as_there_are_connections(
    store: Store, tmp_path: Path
) -> None:
    batch = claim(store, tmp_path, spring_for(store, 10), parts=4)
    assert [len(batch.part(number)) for number in range(4)] == [3, 3, 2, 2]
    dealt = [row.message_id for number in range(4) for row in batch.part(number)]
    assert sorted(dealt) == [row.message_id for row in batch.recipients]
    assert [path.exists() for path in batch.journals] == [True] * 4


def test_no_more_journals_than_messages(store: Store, tmp_path: Path) -> None:
    assert len(claim(store, tmp_path, spring_for(store, 2), parts=4).journals) == 2


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_a_run_that_was_stopped_is_not_claimed_from(
    store: Store, tmp_path: Path, state: str
) -> None:
    run_id = spring_for(store, 2)
    ops.set_state(store, NOW, run_id, state)
    assert claiming.claim(store, NOW, run_id, Portion(10, 1, tmp_path)) is None


def test_who_said_no_since_the_run_was_frozen_is_never_written_to(
    store: Store, tmp_path: Path
) -> None:
    run_id = spring_for(store, 4)
    withdraw(store, 2)
    withdraw(store, 3, "all")
    batch = claim(store, tmp_path, run_id)
    assert [row.contact["id"] for row in batch.recipients] == [1, 4]
    found = [(row["status"], row["reason"]) for row in messages(store, run_id)]
    assert found == [("sending", None), ("skipped", "no-consent"), ("skipped", "no-consent"),
                     ("sending", None)]  # fmt: skip


def test_who_agreed_again_is_written_to(store: Store, tmp_path: Path) -> None:
    run_id = spring_for(store, 1)
    withdraw(store, 1)
    again = Grant("email", "offers", "consent", "test", NOW, evidence="said so in the shop")
    grants.grant_after_withdrawal(store, NOW, 1, again)
    assert [row.contact["id"] for row in claim(store, tmp_path, run_id).recipients] == [1]


@pytest.mark.parametrize("reason", ["bounce", "complaint", "unsubscribe", "manual"])
def test_who_was_suppressed_since_then_is_never_written_to(
    store: Store, tmp_path: Path, reason: str
) -> None:
    run_id = spring_for(store, 2)
    suppressions.suppress(store, NOW, "email", ["p2@example.org"], reason)
    assert [row.contact["id"] for row in claim(store, tmp_path, run_id).recipients] == [1]
    assert column(store, run_id, "reason") == [None, "suppressed"]


def test_an_address_that_was_suppressed_is_not_used_after_the_contact_changed_it(
    store: Store, tmp_path: Path
) -> None:
    run_id = spring_for(store, 1)
    suppressions.suppress(store, NOW, "email", ["p1@example.org"], "bounce")
    profile.edit(store, NOW, 1, Profile(email="new@example.org"), None)
    assert claim(store, tmp_path, run_id).recipients == []
    assert column(store, run_id, "reason") == ["suppressed"]


@pytest.mark.parametrize(
    ("reason", "goes"),
    [("bounce", False), ("manual", False), ("complaint", True), ("unsubscribe", True)],
)
def test_service_mail_asks_for_no_consent_and_stops_for_dead_addresses(
    store: Store, tmp_path: Path, reason: str, goes: bool
) -> None:
    ana = person(store, "ana@example.org")
    run_id = freeze(store, [ana], RECEIPT)
    suppressions.suppress(store, NOW, "email", ["ana@example.org"], reason)
    assert bool(claim(store, tmp_path, run_id).recipients) == goes


def test_an_erased_person_is_never_written_to(store: Store, tmp_path: Path) -> None:
    run_id = spring_for(store, 2)
    store.run("outbox.forget", contact_id=1)
    assert [row.contact["id"] for row in claim(store, tmp_path, run_id).recipients] == [2]
    row = messages(store, run_id)[0]
    assert (row["status"], row["reason"], row["address"]) == ("skipped", "erased", None)


def test_who_was_erased_between_the_claim_and_its_end_keeps_nothing(
    store: Store, tmp_path: Path
) -> None:
    from ecrm_cli.core.mailers import Answer
    from ecrm_cli.outbox.journal import Journal
    from ecrm_cli.outbox.settling import settle

    run_id = spring_for(store, 1)
    batch = claim(store, tmp_path, run_id)
    journal = Journal(batch.journals[0], lambda: None)
    journal.begin(1)
    journal.answer(1, Answer("failed", "550 p1@example.org is unknown"), NOW)
    journal.close()
    store.run("outbox.forget", contact_id=1)
    settle(store, NOW, tmp_path)
    row = messages(store, run_id)[0]
    assert (row["status"], row["server_reply"], row["address"]) == ("failed", None, None)


def test_a_recipient_brings_all_that_a_template_may_ask(store: Store, tmp_path: Path) -> None:
    ana = profile.add(
        store, NOW,
        Profile(email="ana@example.org", given_name="Ana", family_name="Petrović", locale="sr",
                city="Novi Sad", country="RS", company="Kafa", birthday="1990-05-21"), None,
    )  # fmt: skip
    tags.tag(store, NOW, [ana], "vip")
    tags.tag(store, NOW, [ana], "wholesale")
    tags.untag(store, NOW, [ana], "wholesale")
    store.run(query("test.attributes", """
        UPDATE contact SET attributes = '{"size": 4}' WHERE contact_id = $contact_id
    """), contact_id=ana)  # fmt: skip
    agree(store, [ana])
    (row,) = claim(store, tmp_path, freeze(store, [ana])).recipients
    assert row.contact == {
        "id": ana, "given_name": "Ana", "family_name": "Petrović", "email": "ana@example.org",
        "country": "RS", "locale": "sr", "city": "Novi Sad", "company": "Kafa",
        "birthday": "1990-05-21", "tags": ["vip"], "attributes": {"size": 4},
    }  # fmt: skip
    assert date.fromisoformat(row.contact["birthday"]) == date(1990, 5, 21)
    assert (row.address, row.context) == ("ana@example.org", {})


def test_the_deferred_are_claimed_when_they_are_due(store: Store, tmp_path: Path) -> None:
    run_id = spring_for(store, 2)
    later = query("test.defer", """
        UPDATE message SET status = 'deferred', next_try = $next_try WHERE message_id = 1
    """)  # fmt: skip
    store.run(later, next_try=NOW + timedelta(minutes=5))
    assert [row.seq for row in claim(store, tmp_path, run_id).recipients] == [2]
    portion = Portion(10, 1, tmp_path)
    assert claiming.claim(store, NOW + timedelta(minutes=4), run_id, portion) is None
    due = claiming.claim(store, NOW + timedelta(minutes=5), run_id, portion)
    assert due is not None
    assert [row.seq for row in due.recipients] == [1]


def test_service_mail_that_waits_goes_first(store: Store) -> None:
    campaign = spring_for(store, 1)
    assert claiming.next_run(store, NOW, campaign) == campaign
    receipt = freeze(store, [1], replace(RECEIPT, message_key="k1"))
    other = freeze(store, [1], replace(SPRING, name="other"))
    assert claiming.next_run(store, NOW, campaign) == receipt
    assert claiming.next_run(store, NOW, other) == receipt
    ops.set_state(store, NOW, receipt, "cancelled")
    assert claiming.next_run(store, NOW, campaign) == campaign


@pytest.mark.parametrize(
    ("per_second", "connections", "size"),
    [(10, 4, 100), (10_000, 4, 2_000), (0.1, 4, 4), (0.01, 1, 1), (50, 64, 500)],
)
def test_a_claim_is_about_ten_seconds_of_work(
    per_second: float, connections: int, size: int
) -> None:
    assert claiming.size_of(per_second, connections) == size
