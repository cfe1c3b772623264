"""Points and refunds that cannot be: each has its sentence and code, and the book stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.door import Ecrm
from tests.dump import dump
from tests.house.harm import TRACES, refused, untouched

_BLOCK = re.compile(r"^loyalty:\n(?:(?:[ #].*)?\n)*", re.MULTILINE)
PROGRAMME = "loyalty:\n  points: {per: 1 EUR, earn: 1, value: 0.03 EUR}\n"


def with_programme(shop: Ecrm, text: str = PROGRAMME) -> Path:
    """Write the programme at the end of config.yaml in place of the example's."""
    path = shop.folder / "config.yaml"
    written = _BLOCK.sub("", path.read_text(encoding="utf-8"))
    path.write_text(f"{written}\n{text}", encoding="utf-8")
    return path


def points_of(shop: Ecrm, contact: str) -> int:
    found: int = shop("loyalty", "balance", contact, "--json").json["points"]
    return found


@pytest.mark.parametrize("points", ["-5", "0", "1.5", "-1.5", "many", "9999999999999"])
@pytest.mark.parametrize("verb", ["earn", "redeem"])
def test_negative_points(shop: Ecrm, verb: str, points: str) -> None:
    with untouched(shop):
        error = refused(
            shop("loyalty", verb, "ana@example.org", points, "--reason", "x", "--json"), 3, "points"
        )
    assert error["hint"]


def test_more_points_than_there_are(shop: Ecrm) -> None:
    with untouched(shop):
        refused(
            shop("loyalty", "redeem", "ana@example.org", "1", "--json"), 5,
            "P-1 has 0 points, not 1",
        )  # fmt: skip
        refused(
            shop("loyalty", "adjust", "ana@example.org", "-1", "--reason", "x", "--json"), 5,
            "P-1 has 0 points, not 1",
        )  # fmt: skip


def test_points_of_nobody(shop: Ecrm) -> None:
    with untouched(shop):
        for words in (("earn", "nobody@example.org", "5", "--reason", "x"),
                      ("redeem", "nobody@example.org", "5"),
                      ("balance", "nobody@example.org")):  # fmt: skip
            refused(shop("loyalty", *words, "--json"), 4, "There is no contact 'nobody@")


def test_a_refund_of_an_order_never_seen(shop: Ecrm) -> None:
    with_programme(shop)
    shop("loyalty", "settle")
    with untouched(shop):
        refused(shop("order", "refund", "4711", "5", "--json"), 4, "There is no order '4711'")
        assert shop("loyalty", "settle").code == 0


def test_an_imported_return_that_names_no_order(shop: Ecrm) -> None:
    with_programme(shop)
    shop("loyalty", "settle")
    path = shop.folder / "returns.csv"
    path.write_text("order_id,date,email,total\nR-1,2026-11-20,ben@example.org,-2\n")
    assert shop("import", "orders", "returns.csv").code == 0
    answer = shop("loyalty", "settle", "--json").json
    assert (answer["refunds"], answer["taken_back"]) == (1, 2)
    last = shop("loyalty", "history", "ben@example.org", "--json").json[-1]
    assert (last["kind"], last["points"], last["order_ref"]) == ("refund", -2, None)
    assert last["posted_for"][:10] == "2026-11-20"
    assert points_of(shop, "ben@example.org") == 3
    assert points_of(shop, "ana@example.org") == 0


def test_more_refunded_than_bought(shop: Ecrm) -> None:
    with_programme(shop)
    shop("loyalty", "settle")
    with untouched(shop):
        refused(shop("order", "refund", "1", "5.01", "--json"), 3, "was 5.00 ")
    shop("order", "refund", "1", "5")
    shop("loyalty", "settle")
    with untouched(shop):
        refused(shop("order", "refund", "1", "0.01", "--json"), 3, "of which 5.00 went back")
        assert shop("loyalty", "settle").code == 0
    assert points_of(shop, "ben@example.org") == 0


def test_no_orders(ecrm: Ecrm) -> None:
    with_programme(ecrm)
    ecrm("contact", "add", "--email", "ana@example.org")
    with untouched(ecrm):
        answer = ecrm("loyalty", "settle", "--json")
        assert (answer.code, answer.json["posted"], answer.json["orders"]) == (0, 0, 0)
        assert ecrm("loyalty", "history", "P-1", "--json").json == []
        assert ecrm("loyalty", "check", "--json").json["ok"]
        assert ecrm("loyalty", "explain", "P-1", "--json").json["orders"] == []


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("per: 1 EUX\n    value: 0.03 EUR", "loyalty.points.per", "'1 EUX' is no amount of money"),
        ("per: 1\n    value: 0.03 EUR", "loyalty.points.per", "text"),
        ("per: 1 EUR\n    value: 3 points", "loyalty.points.value", "no amount of money"),
        ("per: 1 EUR\n    value: 3 RSD", "loyalty.points.value", "earned in EUR and worth RSD"),
        ("per: 1 EUR\n    value: 3 EUR\n    earn: -1", "loyalty.points.earn", "1 or more"),
        ("per: 1 EUR\n    values: 3 EUR", "loyalty.points.values", "values"),
    ],
)
def test_an_unknown_currency_or_a_programme_that_makes_no_sense(
    shop: Ecrm, text: str, key: str, words: str
) -> None:
    path = with_programme(shop, f"loyalty:\n  points:\n    {text}\n")
    with untouched(shop):
        error = refused(shop("loyalty", "settle", "--json"), 3, words)
    assert error["key"] == key
    assert error["file"] == str(path)
    named = key.rpartition(".")[2]
    line = path.read_text(encoding="utf-8").splitlines()[error["line"] - 1]
    assert line.strip().startswith(f"{named}:")


def test_an_order_in_an_unknown_currency(shop: Ecrm) -> None:
    with untouched(shop):
        refused(
            shop("order", "add", "--total", "5", "--currency", "EUX", "--json"), 2,
            "'EUX' is no currency",
        )  # fmt: skip


def test_an_order_in_a_currency_that_the_programme_does_not_count(shop: Ecrm) -> None:
    with_programme(shop)
    shop("loyalty", "settle")
    shop("order", "add", "--contact", "P-1", "--total", "500", "--currency", "RSD")
    with untouched(shop):
        answer = shop("loyalty", "settle")
    assert answer.code == 0
    assert "1 order in RSD" in answer.stdout
    assert points_of(shop, "P-1") == 0


def test_a_key_that_stands_for_something_else(shop: Ecrm) -> None:
    shop("loyalty", "earn", "P-1", "10", "--reason", "x")
    shop("loyalty", "redeem", "P-1", "2", "--key", "r-1")
    with untouched(shop):
        refused(
            shop("loyalty", "redeem", "P-1", "3", "--key", "r-1", "--json"), 5,
            "The key 'r-1' stands for 2 points of P-1 already.",
        )  # fmt: skip
        refused(shop("loyalty", "redeem", "P-1", "1", "--key", "", "--json"), 3, "A key has")


def test_a_day_that_is_none(shop: Ecrm) -> None:
    with untouched(shop):
        refused(
            shop("loyalty", "balance", "P-1", "--as-of", "tomorrow", "--json"), 2, "is not a day"
        )


def test_settling_leaves_everything_but_the_ledger_as_it_was(shop: Ecrm) -> None:
    with_programme(shop)
    with untouched(shop, "ledger_entry", *TRACES):
        assert shop("loyalty", "settle").code == 0
    assert len(dump(shop.folder / "crm.duckdb")["ledger_entry"]) == 2
