"""Grants and withdrawals: what they write, and whom they leave alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ecrm_cli.audit import chain
from ecrm_cli.audit import ops as audit
from ecrm_cli.consent import grants, ops, suppressions
from ecrm_cli.consent.model import (
    Answer,
    BouncedAddress,
    Grant,
    NoEvidence,
    OlderGrant,
    OptedOut,
    TooBroad,
    UnknownWord,
    Withdrawal,
)
from ecrm_cli.contacts.ops import choose
from ecrm_cli.core.calendar import StillToCome
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from tests.door import NOW
from tests.people import people, person

DAY = timedelta(days=1)
OFFERS = Grant("email", "offers", "consent", "shop form", NOW)
NO_MORE = Withdrawal("email", "all", "mail", NOW)


def events(store: Store) -> int:
    row = store.one(query("test.count", "SELECT count(*) AS events FROM consent_event"))
    return int(row["events"]) if row else -1


def counted(granted: int = 0, already: int = 0, withdrawn: int = 0, suppressed: int = 0,
            unknown: int = 0) -> dict[str, int]:  # fmt: skip
    return {"granted": granted, "already": already, "withdrawn": withdrawn,
            "suppressed": suppressed, "unknown": unknown}  # fmt: skip


def test_a_bulk_grant_counts_everybody_once_and_touches_no_no(store: Store) -> None:
    ids = people(store, 6)
    choose(store, ids[:1])
    grants.withdraw(store, NOW - DAY, replace(NO_MORE, occurred_at=NOW - DAY))
    choose(store, ids[1:2])
    grants.withdraw(store, NOW - DAY, replace(NO_MORE, topic="offers", occurred_at=NOW - DAY))
    suppressions.suppress(store, NOW, "email", ["p3@example.org"], "complaint")
    choose(store, ids[3:4])
    grants.grant(store, NOW, OFFERS)
    choose(store, [*ids, ids[5], 999])
    assert grants.grant(store, NOW, OFFERS) == counted(2, 1, 2, 1, 1)
    may = [ops.may_contact(store, each, "email", "offers").may for each in ids]
    assert may == [False, False, False, True, True, True]


def test_a_bulk_grant_of_the_past_changes_nothing_for_who_withdrew_since(store: Store) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.withdraw(store, NOW, replace(NO_MORE, topic="offers"))
    assert grants.grant(store, NOW, replace(OFFERS, occurred_at=NOW - DAY)) == counted(withdrawn=1)
    assert grants.grant(store, NOW + DAY, replace(OFFERS, occurred_at=NOW + DAY)) == counted(
        withdrawn=1
    )
    assert events(store) == 1


def test_a_withdrawal_from_one_topic_is_none_from_another(store: Store) -> None:
    choose(store, people(store, 1))
    grants.withdraw(store, NOW, replace(NO_MORE, topic="news"))
    assert grants.grant(store, NOW, OFFERS) == counted(granted=1)


def test_a_dry_run_counts_and_writes_nothing(store: Store) -> None:
    choose(store, people(store, 3))
    before = audit.last_id(store)
    assert grants.grant(store, NOW, OFFERS, dry_run=True) == counted(granted=3)
    assert grants.withdraw(store, NOW, NO_MORE, dry_run=True)["withdrawn"] == 3
    assert events(store) == 0
    assert audit.last_id(store) == before


def test_a_second_grant_writes_nothing(store: Store) -> None:
    choose(store, people(store, 3))
    assert grants.grant(store, NOW, OFFERS) == counted(granted=3)
    entries = audit.last_id(store)
    assert grants.grant(store, NOW + DAY, OFFERS) == counted(already=3)
    assert events(store) == 3
    assert audit.last_id(store) == entries


def test_an_event_keeps_what_was_said_and_when_it_was_written(store: Store) -> None:
    choose(store, people(store, 1))
    given = replace(
        OFFERS, wording="Mail me", evidence="form 12", occurred_at=NOW - DAY, batch_id=4
    )
    grants.grant(store, NOW, given)
    row = store.one(query("test.event", "FROM consent_event"))
    assert row == {
        "consent_event_id": 1, "contact_id": 1, "channel": "email", "topic": "offers",
        "status": "granted", "basis": "consent", "source": "shop form", "wording": "Mail me",
        "evidence": "form 12", "actor": "tester", "occurred_at": NOW - DAY, "recorded_at": NOW,
        "batch_id": 4,
    }  # fmt: skip


def test_the_audit_counts_and_names_the_events_but_no_person(store: Store) -> None:
    choose(store, people(store, 3))
    grants.grant(store, NOW, OFFERS, chosen={"segment": "regulars"})
    entry = audit.show(store, audit.last_id(store))
    assert entry["command"] == "consent grant"
    assert entry["payload"] == {
        "channel": "email", "topic": "offers", "source": "shop form", "segment": "regulars",
        **counted(granted=3), "events": [1, 3],
    }  # fmt: skip
    assert chain.verify(store) == []


def test_nobody_chosen_is_nobody_granted(store: Store) -> None:
    choose(store, [])
    assert grants.grant(store, NOW, OFFERS) == counted()


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (replace(OFFERS, basis="because"), UnknownWord),
        (replace(OFFERS, channel="pigeon"), UnknownWord),
        (replace(OFFERS, topic="all"), TooBroad),
        (replace(OFFERS, occurred_at=NOW + DAY), StillToCome),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    store: Store, bad: Grant, error: type[Exception]
) -> None:
    choose(store, people(store, 1))
    with pytest.raises(error):
        grants.grant(store, NOW, bad)
    assert events(store) == 0


def test_withdrawing_twice_is_said_and_not_written_twice(store: Store) -> None:
    choose(store, [*people(store, 2), 999])
    assert grants.withdraw(store, NOW, NO_MORE) == {"withdrawn": 2, "already": 0, "unknown": 1}
    assert grants.withdraw(store, NOW, NO_MORE) == {"withdrawn": 0, "already": 2, "unknown": 1}
    assert grants.withdraw(store, NOW, replace(NO_MORE, topic="news"))["already"] == 2
    assert events(store) == 2


def test_a_no_said_while_the_clock_is_set_back_is_the_last_word(store: Store) -> None:
    ana, ben, cleo = people(store, 3)
    choose(store, [ana, ben])
    grants.grant(store, NOW, OFFERS)
    choose(store, [ana, cleo])
    earlier = NOW - DAY
    no = replace(NO_MORE, topic="offers", occurred_at=earlier)
    assert grants.withdraw(store, earlier, no)["withdrawn"] == 2
    may = [ops.may_contact(store, each, "email", "offers").may for each in (ana, ben, cleo)]
    assert may == [False, True, False]
    assert grants.withdraw(store, earlier, no)["already"] == 2


def test_a_no_of_the_past_does_not_end_what_was_agreed_since(store: Store) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.grant(store, NOW, OFFERS)
    grants.withdraw(store, NOW, replace(NO_MORE, topic="offers", occurred_at=NOW - DAY))
    assert ops.may_contact(store, ana, "email", "offers").may


def test_who_never_agreed_can_still_say_no(store: Store) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.withdraw(store, NOW, replace(NO_MORE, topic="offers"))
    assert grants.grant(store, NOW, OFFERS) == counted(withdrawn=1)


def test_withdrawing_from_all_after_a_new_grant_is_written_again(store: Store) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.withdraw(store, NOW, NO_MORE)
    again = replace(OFFERS, evidence="called us")
    grants.grant_after_withdrawal(store, NOW, ana, again)
    choose(store, [ana])
    assert grants.withdraw(store, NOW, NO_MORE)["withdrawn"] == 1
    assert ops.may_contact(store, ana, "email", "offers") == Answer(False, "no-consent")


@pytest.mark.parametrize("topic", ["offers", "all"])
def test_a_named_contact_who_withdrew_is_not_granted(store: Store, topic: str) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.withdraw(store, NOW, replace(NO_MORE, topic=topic))
    with pytest.raises(
        OptedOut, match=r"P-1 withdrew from (offers|everything) on 2026-11-20"
    ) as no:
        grants.grant_to(store, NOW, ana, OFFERS)
    assert no.value.code == 8
    assert "--after-withdrawal" in no.value.hint
    assert events(store) == 1


def test_a_named_contact_who_never_said_no_is_granted(store: Store) -> None:
    (ana,) = people(store, 1)
    assert grants.grant_to(store, NOW, ana, OFFERS) == counted(granted=1)
    assert grants.grant_to(store, NOW, ana, OFFERS) == counted(already=1)
    entry = audit.show(store, audit.last_id(store))
    assert entry["payload"]["contacts"] == [ana]


def test_a_bounce_is_mended_before_a_grant(store: Store) -> None:
    (ana,) = people(store, 1)
    suppressions.suppress(store, NOW, "email", ["p1@example.org"], "bounce")
    with pytest.raises(BouncedAddress, match=r"p1@example\.org bounced on 2026-11-20") as bounced:
        grants.grant_to(store, NOW, ana, OFFERS)
    assert "unsuppress" in bounced.value.hint


def test_their_own_later_grant_lifts_a_withdrawal_for_its_topic_alone(store: Store) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.grant(store, NOW - 2 * DAY, replace(OFFERS, topic="news", occurred_at=NOW - 2 * DAY))
    grants.withdraw(store, NOW - DAY, replace(NO_MORE, occurred_at=NOW - DAY))
    again = replace(OFFERS, evidence="signed in the shop")
    assert grants.grant_after_withdrawal(store, NOW, ana, again) == counted(granted=1)
    assert ops.may_contact(store, ana, "email", "offers") == Answer(True)
    assert ops.may_contact(store, ana, "email", "news") == Answer(False, "no-consent")
    payload = audit.show(store, audit.last_id(store))["payload"]
    assert payload["contacts"] == [ana]
    assert payload["after"] == (NOW - DAY).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("reason", ["complaint", "unsubscribe", "manual"])
def test_their_own_later_grant_frees_the_address_for_its_topic_alone(
    store: Store, reason: str
) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.grant(store, NOW - 2 * DAY, replace(OFFERS, topic="news", occurred_at=NOW - 2 * DAY))
    suppressions.suppress(store, NOW - DAY, "email", ["p1@example.org"], reason)
    with pytest.raises(OptedOut, match=reason):
        grants.grant_to(store, NOW, ana, OFFERS)
    grants.grant_after_withdrawal(store, NOW, ana, replace(OFFERS, evidence="wrote to us"))
    assert ops.may_contact(store, ana, "email", "offers") == Answer(True)
    assert ops.may_contact(store, ana, "email", "news") == Answer(False, "no-consent")
    assert list(suppressions.listed(store)) == []


def test_a_later_grant_does_not_mend_a_bounce(store: Store) -> None:
    (ana,) = people(store, 1)
    suppressions.suppress(store, NOW - DAY, "email", ["p1@example.org"], "bounce")
    suppressions.suppress(store, NOW - DAY, "email", ["p1@example.org"], "unsubscribe")
    grants.grant_after_withdrawal(store, NOW, ana, replace(OFFERS, evidence="wrote to us"))
    assert [row["reason"] for row in suppressions.listed(store)] == ["bounce"]
    assert ops.may_contact(store, ana, "email", "offers") == Answer(False, "suppressed")


@pytest.mark.parametrize("evidence", [None, "", "   "])
def test_a_grant_after_a_withdrawal_needs_evidence(store: Store, evidence: str | None) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.withdraw(store, NOW, NO_MORE)
    with pytest.raises(NoEvidence) as none:
        grants.grant_after_withdrawal(store, NOW, ana, replace(OFFERS, evidence=evidence))
    assert none.value.code == 8
    assert "--evidence" in none.value.message


def test_a_grant_older_than_the_withdrawal_does_not_lift_it(store: Store) -> None:
    (ana,) = people(store, 1)
    choose(store, [ana])
    grants.withdraw(store, NOW, NO_MORE)
    old = replace(OFFERS, evidence="form of last year", occurred_at=NOW - DAY)
    with pytest.raises(OlderGrant, match="2026-11-19 09:00"):
        grants.grant_after_withdrawal(store, NOW, ana, old)
    assert events(store) == 1


def test_the_flag_alone_changes_nothing_for_who_never_said_no(store: Store) -> None:
    (ana,) = people(store, 1)
    again = replace(OFFERS, evidence="asked at the counter")
    assert grants.grant_after_withdrawal(store, NOW, ana, again) == counted(granted=1)
    assert events(store) == 1


def test_a_dry_run_of_a_grant_after_a_withdrawal_writes_nothing(store: Store) -> None:
    (ana,) = people(store, 1)
    suppressions.suppress(store, NOW - DAY, "email", ["p1@example.org"], "unsubscribe")
    entries = audit.last_id(store)
    again = replace(OFFERS, evidence="wrote to us")
    assert grants.grant_after_withdrawal(store, NOW, ana, again, dry_run=True)["granted"] == 1
    assert ops.may_contact(store, ana, "email", "offers") == Answer(False, "suppressed")
    assert audit.last_id(store) == entries


def test_a_person_without_an_address_can_agree(store: Store) -> None:
    nobody = person(store)
    assert grants.grant_to(store, NOW, nobody, OFFERS) == counted(granted=1)
