"""Who is calling: found by whatever a display shows or a person says."""

from __future__ import annotations

import pytest

from ecrm_cli.core.store import Opening, open_store
from tests.cases.conftest import opened
from tests.door import NOW, Ecrm

WAYS = [
    "+381641234567", "064 123 4567", "064/123-4567", "(064) 1234567", "00381 64 123 45 67",
    "tel:+381-64-123-4567", "234567", "123 4567", "ana@example.org", "ANA@example.org", "Petrović",
    "ana petrovic", "Ana", "P-1", "Petrović Ana", "petrovic  ana",
]  # fmt: skip


@pytest.mark.parametrize("words", WAYS)
def test_a_caller_is_found_by(shop: Ecrm, words: str) -> None:
    found = shop("caller", words, "--json")
    assert (found.code, found.stderr) == (0, "")
    assert (found.json["id"], found.json["name"]) == (1, "Ana Petrović")


@pytest.mark.parametrize("words", ["064 123 4567", "0641234567", "641234567", "234567"])
def test_a_national_form_is_known_without_a_country_too(shop: Ecrm, words: str) -> None:
    assert shop("config", "set", "business.country", "").code == 0
    assert shop("caller", words, "--json").json["id"] == 1


def test_a_card_comes_before_an_id_and_an_order(shop: Ecrm) -> None:
    with open_store(Opening(shop.folder / "crm.duckdb", shop.folder / ".ecrm/tmp")) as store:
        whose = {"contact_id": 2, "kind": "card", "value": "1", "raw": "1"}
        store.run("contacts.add_identity", identity_id=99, now=NOW, **whose)
    assert shop("caller", "1", "--json").json["email"] == "ben@example.org"
    assert shop("caller", "card:1", "--json").json["email"] == "ben@example.org"
    assert shop("contact", "show", "1", "--json").json["email"] == "ana@example.org"


def test_the_shops_customer_number_is_the_number_of_the_card(shop: Ecrm) -> None:
    with open_store(Opening(shop.folder / "crm.duckdb", shop.folder / ".ecrm/tmp")) as store:
        whose = {"contact_id": 2, "kind": "external", "value": "file:1", "raw": "1"}
        store.run("contacts.add_identity", identity_id=99, now=NOW, **whose)
    for words in ("1", "card:1", "file:1"):
        assert shop("caller", words, "--json").json["email"] == "ben@example.org"
    assert shop("caller", "P-1", "--json").json["email"] == "ana@example.org"
    assert shop("caller", "card:", "--json").code == 4


def test_what_one_should_know_is_on_one_page(shop: Ecrm) -> None:
    opened(shop, "--channel", "email", "--at", "2026-11-02 10:00")
    for total in ("10", "20", "30", "40"):
        assert shop("order", "add", "--contact", "1", "--total", total).code == 0
    shop("consent", "grant", "1", "--topic", "offers", "--basis", "consent")
    shop("interaction", "add", "--contact", "1", "--kind", "visit", "--note", "wants decaf")
    assert shop("caller", "234567").stdout.splitlines() == [
        "P-1  Ana Petrović",
        "  phone    +381641234567",
        "  email    ana@example.org",
        "  bought   4 orders, 100.00 EUR",
        "  order    2026-11-20 10:00  manual:M-4  40.00 EUR  paid",
        "  order    2026-11-20 10:00  manual:M-3  30.00 EUR  paid",
        "  order    2026-11-20 10:00  manual:M-2  20.00 EUR  paid",
        "  case     C-1  Cold coffee  new  LATE",
        "  points   0",
        "  consent  email offers: granted",
        "  visit    2026-11-20 10:00  wants decaf",
    ]
    page = shop("caller", "234567", "--json").json
    assert {"orders", "last_orders", "open_cases", "points", "consent", "last_interactions"} <= (
        page.keys()
    )


def test_looking_writes_nothing_and_log_writes_the_call(shop: Ecrm) -> None:
    assert shop("caller", "234567", "--json").json["logged"] is False
    assert shop("interaction", "list", "--json").json == []
    logged = shop("caller", "234567", "--log")
    assert logged.stdout.endswith("The call is written down.\n")
    (call,) = shop("interaction", "list", "--json").json
    assert (call["kind"], call["channel"], call["direction"], call["contact"]) == (
        "call", "phone", "in", 1
    )  # fmt: skip
    timeline = shop("contact", "show", "1", "--json").json["timeline"]
    assert ("orders", "call") in {(row["room"], row["what"]) for row in timeline}


def test_a_whole_number_is_its_owners_though_anothers_ends_so(shop: Ecrm) -> None:
    assert shop("contact", "add", "--phone", "+49641234567").code == 0
    assert shop("caller", "064 123 4567", "--json").json["id"] == 1
    assert shop("caller", "+49 641 234567", "--json").json["id"] == 3


def test_a_prefix_that_is_no_zero_is_understood(shop: Ecrm) -> None:
    assert shop("config", "set", "business.country", "RU").code == 0
    assert shop("contact", "add", "--phone", "+79123456789").code == 0
    assert shop("caller", "8 (912) 345-67-89", "--json").json["id"] == 3


def test_a_number_that_two_have_names_both(shop: Ecrm) -> None:
    assert shop("contact", "add", "--phone", "+38599234567").code == 0
    refused = shop("caller", "234567", "--json")
    assert refused.code == 5
    assert refused.error["matches"] == ["P-1 Ana Petrović", "P-3"]


@pytest.mark.parametrize("words", ["999999", "34567", "+38160999999", "nobody@example.org", ""])
def test_a_stranger_is_not_found(shop: Ecrm, words: str) -> None:
    refused = shop("caller", words, "--log", "--json")
    assert refused.code == 4
    assert shop("interaction", "list", "--json").json == []
