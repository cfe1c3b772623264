"""A run is written down once: its words, its audience, each with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecrm_cli.audit.ops import list_entries
from ecrm_cli.core.headers import BadAddress
from ecrm_cli.core.store import Store
from ecrm_cli.outbox import freezing, ops
from ecrm_cli.outbox.model import Outgoing
from tests.door import NOW
from tests.outbox.runs import KEY, RECEIPT, SPRING, audience, column, freeze, messages
from tests.people import people, person


def test_everybody_of_the_audience_has_one_row_and_the_counts_add_up(store: Store) -> None:
    ana, ben, eve = people(store, 3)
    dan = person(store)
    freezing.open_audience(store)
    audience(store, [eve, ana, dan])
    audience(store, [ben], "no-consent")
    run_id = freezing.create_run(store, NOW, SPRING)
    counts = freezing.enqueue(store, NOW, run_id, KEY)
    assert counts == {
        "audience": 4, "queued": 2, "sending": 0, "sent": 0, "deferred": 0, "failed": 0,
        "unknown": 0, "skipped": 2,
    }  # fmt: skip
    found = {row["contact_id"]: (row["seq"], row["status"], row["reason"], row["address"])
             for row in messages(store, run_id)}  # fmt: skip
    assert found == {
        ana: (1, "queued", None, "p1@example.org"),
        ben: (None, "skipped", "no-consent", "p2@example.org"),
        eve: (2, "queued", None, "p3@example.org"),
        dan: (None, "skipped", "no-address", None),
    }


def test_who_is_in_the_audience_twice_is_written_to_once_and_a_reason_wins(store: Store) -> None:
    ana, ben = people(store, 2)
    freezing.open_audience(store)
    audience(store, [ana, ana, ben])
    audience(store, [ben], "excluded")
    run_id = freezing.create_run(store, NOW, SPRING)
    assert freezing.enqueue(store, NOW, run_id, KEY)["audience"] == 2
    assert column(store, run_id, "status") == ["queued", "skipped"]


def test_a_message_id_is_fixed_by_run_contact_and_key_and_tells_nothing(store: Store) -> None:
    ana, ben = people(store, 2)
    first, second = freeze(store, [ana, ben]), freeze(store, [ana, ben])
    other = freeze(store, [ana], key="another key")
    ids = [*column(store, first, "mime_id"), *column(store, second, "mime_id")]
    ids += column(store, other, "mime_id")
    assert len(set(ids)) == 5
    for mime_id in ids:
        assert mime_id.startswith("<")
        assert mime_id.endswith("@example.com>")
        assert len(mime_id.partition("@")[0]) == 33
        assert "p1" not in mime_id


def test_a_sender_with_a_domain_that_is_not_ascii_makes_ids_that_are(store: Store) -> None:
    (ana,) = people(store, 1)
    run_id = freeze(store, [ana], replace(SPRING, sender="Кафа <здраво@пример.срб>"))
    assert column(store, run_id, "mime_id")[0].endswith("@xn--e1afmkfd.xn--90a3ac>")


def test_what_a_run_sends_is_kept_as_it_was(store: Store) -> None:
    outgoing = replace(SPRING, html={"": "<p>a</p>", "ru": "<p>б</p>"}, txt={"": "a"})
    run_id = freeze(store, people(store, 1), outgoing)
    row = ops.run(store, run_id)
    assert row["state"] == "running"
    assert row["digest"] == freezing.digest(outgoing)
    from ecrm_cli.outbox.claiming import outgoing_of

    assert outgoing_of(row) == outgoing


@pytest.mark.parametrize(
    "changed",
    [
        replace(SPRING, subject="x"),
        replace(SPRING, sender="Shop <other@example.com>"),
        replace(SPRING, html={"": "x"}),
        replace(SPRING, txt={"": "x"}),
        replace(SPRING, html={"ru": SPRING.html[""]}),
    ],
)
def test_a_digest_changes_with_whatever_recipients_see(changed: Outgoing) -> None:
    assert freezing.digest(changed) != freezing.digest(SPRING)


@pytest.mark.parametrize("sender", ["", "Shop", "Shop <shop>", "Shop <a@b.de\r\nBcc: c@d.de>"])
def test_a_sender_that_is_no_address_is_refused(store: Store, sender: str) -> None:
    with pytest.raises(BadAddress):
        freezing.create_run(store, NOW, replace(SPRING, sender=sender))


def test_what_a_service_mail_is_told_is_kept_with_it(store: Store) -> None:
    (ana,) = people(store, 1)
    freezing.open_audience(store)
    audience(store, [ana])
    run_id = freezing.create_run(store, NOW, RECEIPT)
    freezing.enqueue(store, NOW, run_id, KEY, {"order": "12 – naïve"})
    assert column(store, run_id, "context") == ['{"order": "12 – naïve"}']


def test_freezing_is_in_the_audit(store: Store) -> None:
    run_id = freeze(store, people(store, 2))
    newest = next(iter(list_entries(store)))
    assert newest["command"] == "mail freeze"
    assert newest["payload"]["run"] == run_id
    assert newest["payload"]["queued"] == 2
