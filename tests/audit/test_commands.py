"""``ecrm audit`` at the front door."""

from __future__ import annotations

import pytest

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Opening, open_store
from tests.door import Ecrm


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A workspace in which Ana was added."""
    assert ecrm("contact", "add", "--email", "ana@example.org").code == 0
    return ecrm


def tamper(shop: Ecrm, statement: str) -> None:
    opening = Opening(shop.folder / "crm.duckdb", shop.folder / ".ecrm" / "tmp")
    with open_store(opening) as store:
        store.run(query("test.tamper", statement))


def test_what_was_done_is_listed_newest_first(shop: Ecrm) -> None:
    newest, *_ = shop("audit", "list", "--json").json
    assert list(newest) == ["id", "at", "actor", "command", "payload"]
    assert (newest["command"], newest["actor"]) == ("contact add", "tester")
    assert newest["payload"] == {"contacts": [1]}


def test_an_export_is_in_the_list_at_once(shop: Ecrm) -> None:
    assert shop("contact", "list", "--json", "--fields", "email").code == 0
    newest, *_ = shop("audit", "list", "--json").json
    assert newest["command"] == "contact list"
    assert shop("audit", "verify").code == 0


def test_a_persons_history_for_a_program_is_an_export_and_on_the_screen_is_none(shop: Ecrm) -> None:
    shop("contact", "history", "ana@example.org")
    assert shop("audit", "list", "--json").json[0]["command"] != "contact history"
    shop("contact", "history", "ana@example.org", "--json")
    entry = shop("audit", "list", "--json").json[0]
    assert entry["command"] == "contact history"
    assert len(entry["payload"]["contacts"]) == 1


def test_no_personal_word_is_in_the_audit(shop: Ecrm) -> None:
    shop("contact", "show", "ana@example.org", "--out", "ana.json")
    shop("consent", "suppress", "ana@example.org")
    said = shop("audit", "list", "--json").stdout
    assert "consent suppress" in said
    assert "ana" not in said


def test_an_entry_is_shown_with_its_links(shop: Ecrm) -> None:
    newest = shop("audit", "list", "--json").json[0]["id"]
    shown = shop("audit", "show", str(newest), "--json").json
    assert {"id", "at", "actor", "command", "payload", "digest", "previous", "chain"} == set(shown)
    assert shop("audit", "show", "999").code == 4
    assert shop("audit", "show", "nine").code == 2


def test_a_whole_chain_is_proved(shop: Ecrm) -> None:
    answer = shop("audit", "verify", "--json")
    assert (answer.code, answer.json["ok"], answer.json["findings"]) == (0, True, [])
    said = shop("audit", "verify").stdout
    assert said == f"The chain of {answer.json['entries']} entries is whole.\n"


def test_a_broken_chain_is_told_and_ends_with_3(shop: Ecrm) -> None:
    tamper(shop, "UPDATE audit_entry SET actor = 'nobody' WHERE entry_id = 1")
    answer = shop("audit", "verify", "--json")
    assert (answer.code, answer.json["ok"]) == (3, False)
    (finding,) = answer.json["findings"]
    assert (finding["rule"], finding["severity"], finding["examples"]) == (
        "link",
        "error",
        ["entry 1"],
    )
    said = shop("audit", "verify")
    assert said.code == 3
    assert said.stdout.startswith(f"{finding['message']} (1: entry 1)\n")


def test_an_erased_entry_is_listed_without_what_it_said(shop: Ecrm) -> None:
    tamper(shop, "UPDATE audit_entry SET payload = NULL, nonce = NULL")
    assert shop("audit", "list", "--json").json[0]["payload"] is None
    assert shop("audit", "verify").code == 0
