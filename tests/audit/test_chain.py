"""What was written in the audit stays as it was written, or is found out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ecrm_cli.audit import chain, ops
from ecrm_cli.audit.model import START, Entry, digest, link
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store


def written(store: Store, now: datetime, count: int = 4) -> None:
    """Record ``count`` entries; the contact of each has its number."""
    for number in range(1, count + 1):
        ops.record(store, now + timedelta(seconds=number), "test", {"contacts": [number]})


def tampered(store: Store, statement: str) -> list[tuple[str, list[str]]]:
    """Change the table behind the audit's back; return the rules that notice, with examples."""
    store.run(query("test.tamper", statement))
    return [(finding["rule"], finding["examples"]) for finding in chain.verify(store)]


def test_an_untouched_chain_has_no_findings(store: Store, now: datetime) -> None:
    assert chain.verify(store) == []
    written(store, now)
    assert chain.verify(store) == []


def test_the_first_entry_follows_the_start_and_each_the_one_before(
    store: Store, now: datetime
) -> None:
    written(store, now, 2)
    first, second = ops.show(store, 1), ops.show(store, 2)
    assert first["previous"] == START
    assert second["previous"] == first["chain"] != second["chain"]


def test_the_same_payload_never_has_the_same_digest(store: Store, now: datetime) -> None:
    for _ in range(2):
        ops.record(store, now, "test", {"contacts": [7]})
    assert ops.show(store, 1)["digest"] != ops.show(store, 2)["digest"]


def test_an_erased_entry_still_verifies(store: Store, now: datetime) -> None:
    written(store, now)
    store.run("audit.forget", contact_id=3)
    assert ops.show(store, 3)["payload"] is None
    assert ops.show(store, 2)["payload"] == {"contacts": [2]}
    assert chain.verify(store) == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE audit_entry SET payload = '{}' WHERE entry_id = 3", "payload"),
        ("UPDATE audit_entry SET payload = NULL WHERE entry_id = 3", "payload"),
        ("UPDATE audit_entry SET nonce = NULL WHERE entry_id = 3", "payload"),
        ("UPDATE audit_entry SET actor = 'nobody' WHERE entry_id = 3", "link"),
        ("UPDATE audit_entry SET command = 'other' WHERE entry_id = 3", "link"),
        (
            "UPDATE audit_entry SET occurred_at = occurred_at + INTERVAL 1 MICROSECOND "
            "WHERE entry_id = 3",
            "link",
        ),
    ],
)
def test_a_changed_entry_is_named(store: Store, now: datetime, statement: str, rule: str) -> None:
    written(store, now)
    assert (rule, ["entry 3"]) in tampered(store, statement)


def test_a_removed_entry_is_missed(store: Store, now: datetime) -> None:
    written(store, now)
    found = dict(tampered(store, "DELETE FROM audit_entry WHERE entry_id = 2"))
    assert found == {"missing": ["entry 2"], "previous": ["entry 3"]}


def test_a_chain_cut_short_at_its_end_is_missed(store: Store, now: datetime) -> None:
    written(store, now)
    assert tampered(store, "DELETE FROM audit_entry WHERE entry_id = 4") == [
        ("missing", ["entry 4"])
    ]


def test_an_emptied_audit_is_missed(store: Store, now: datetime) -> None:
    written(store, now)
    assert tampered(store, "DELETE FROM audit_entry") == [("missing", ["entry 1"])]


def test_a_forged_entry_with_a_right_digest_breaks_the_link_after_it(
    store: Store, now: datetime
) -> None:
    written(store, now)
    old = ops.show(store, 3)
    stamp = digest("00", "{}")
    entry = Entry(3, old["at"], old["actor"], old["command"], stamp)
    forged = link(old["previous"], entry)
    found = tampered(
        store,
        f"UPDATE audit_entry SET payload = '{{}}', nonce = '00', digest = '{stamp}', "
        f"chain = '{forged}' WHERE entry_id = 3",
    )
    assert found == [("previous", ["entry 4"])]


def test_findings_show_a_few_examples_and_count_all(store: Store, now: datetime) -> None:
    written(store, now, 8)
    store.run(query("test.tamper", "UPDATE audit_entry SET payload = '{}'"))
    (finding,) = chain.verify(store)
    assert finding["count"] == 8
    assert len(finding["examples"]) == 5
    assert finding["severity"] == "error"
    assert finding["message"].endswith(".")
    assert finding["hint"].endswith(".")


def test_a_chain_longer_than_a_page_is_walked_whole(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "PAGE", 3)
    written(store, now, 10)
    assert chain.verify(store) == []
    assert tampered(store, "UPDATE audit_entry SET payload = '{}' WHERE entry_id = 9") == [
        ("payload", ["entry 9"])
    ]
