"""ecrm loyalty, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.door import Ecrm

PROGRAMME = ("setup", "loyalty", "--per", "100 RSD", "--value", "3 RSD")


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A shop with a programme; Ana bought for 1250 and has 300 back."""
    assert ecrm(*PROGRAMME).code == 0
    ecrm("contact", "add", "--email", "ana@example.org", "--given-name", "Ana")
    for total in ("1250", "80"):
        ecrm("order", "add", "--contact", "ana@example.org", "--total", total, "--currency", "RSD")
    ecrm("order", "refund", "M-1", "300")
    return ecrm


def test_settling_says_what_it_posted_and_the_second_time_that_there_is_nothing(
    shop: Ecrm,
) -> None:
    assert shop("loyalty", "settle").stdout == (
        "Posted 12 points of 2 orders; took back 3 for 1 refund and 0 cancelled orders.\n"
    )
    assert shop("loyalty", "settle").stdout == (
        "Nothing to settle: every order and refund has its points.\n"
    )


def test_settling_as_json(shop: Ecrm) -> None:
    shop("order", "add", "--total", "10", "--currency", "RSD")
    shop("order", "add", "--total", "10", "--currency", "EUR", "--contact", "P-1")
    told = {
        "orders": 2, "refunds": 1, "cancelled": 0, "given": 12, "taken_back": 3, "guests": 1,
        "other_currency": 1, "currencies": ["EUR"], "posted": 3,
    }  # fmt: skip
    assert shop("loyalty", "settle", "--dry-run", "--json").json == {**told, "dry_run": True}
    assert shop("loyalty", "settle", "--json").json == {**told, "dry_run": False}
    assert shop("loyalty", "settle").stdout.splitlines()[1:] == [
        "Guests have no points: 1 order.",
        "Not in the programme's currency, so without points: 1 order in EUR.",
    ]


def test_a_balance_has_its_keys_and_its_words(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    assert shop("loyalty", "balance", "ana@example.org", "--json").json == {
        "contact": 1, "points": 9, "pending": 0, "tier": None, "worth": 27, "currency": "RSD",
    }  # fmt: skip
    assert shop("points", "balance", "P-1").stdout == "P-1 has 9 points, worth 27.00 RSD.\n"
    before = shop("loyalty", "balance", "P-1", "--as-of", "2026-11-19", "--json").json
    assert before["points"] == 0


def test_a_redemption_has_its_keys_and_is_repeated_by_its_key(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    words = ("loyalty", "redeem", "ana@example.org", "5", "--key", "r-7")
    first = shop(*words, "--json").json
    assert first == {
        "key": "r-7", "contact": 1, "reward": None, "points": 5, "balance": 4, "code": None,
        "repeated": False, "ref": "T-4",
    }  # fmt: skip
    assert shop(*words, "--json").json == {**first, "repeated": True}
    assert shop(*words).stdout == (
        "T-4 was posted before with this key; nothing was posted now.\n"
        "It was -5 points for P-1, who had 4 points then.\n"
    )


def test_points_are_given_and_mended_by_hand(shop: Ecrm) -> None:
    given = shop("loyalty", "earn", "P-1", "100", "--reason", "sorry")
    assert given.stdout == "T-1: +100 points for P-1, who has 100 points now.\n"
    mended = shop("loyalty", "adjust", "P-1", "-99", "--reason", "typed twice")
    assert mended.stdout == "T-2: -99 points for P-1, who has 1 point now.\n"
    assert shop("loyalty", "adjust", "--reason", "x", "P-1", "--", "-1").code == 0


@pytest.mark.parametrize("verb", ["earn", "adjust"])
def test_who_gives_points_says_why(shop: Ecrm, verb: str) -> None:
    answer = shop("loyalty", verb, "P-1", "10")
    assert (answer.code, answer.stdout) == (8, "")
    assert "--reason" in answer.stderr


def test_history_lists_what_came_and_went(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    shop("loyalty", "redeem", "P-1", "2", "--reason", "coffee")
    answer = shop("loyalty", "history", "P-1")
    assert answer.stdout.splitlines() == [
        "posted_for\tkind\tpoints\tbalance\torder_ref\treason",
        "2026-11-20 09:00\torder\t12\t12\tmanual:M-1\t",
        "2026-11-20 09:00\trefund\t-3\t9\tmanual:M-1\t",
        "2026-11-20 09:00\tredeem\t-2\t7\t\tcoffee",
    ]
    assert shop("loyalty", "history", "P-1", "--as-of", "2026-11-19", "--json").json == []


def test_explain_says_the_formula_and_each_order(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    shop("loyalty", "earn", "P-1", "5", "--reason", "sorry")
    assert shop("loyalty", "explain", "P-1").stdout.splitlines() == [
        "P-1 has 14 points, worth 42.00 RSD.",
        "The programme gives 1 point for each 100 RSD, rounded down.",
        "  2026-11-20  manual:M-1  1250.00 RSD: +12, 3 taken back",
        "  2026-11-20  manual:M-2  80.00 RSD: +0",
        "  2026-11-20  T-4  earn: +5 (sorry)",
    ]


def test_explain_names_the_programme_of_then_where_it_was_another(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    assert shop("setup", "loyalty", "--per", "50 RSD", "--value", "3 RSD").code == 0
    shop("order", "add", "--contact", "P-1", "--total", "100", "--currency", "RSD")
    shop("loyalty", "settle")
    assert shop("loyalty", "explain", "P-1").stdout.splitlines()[1:4] == [
        "The programme gives 1 point for each 50 RSD, rounded down.",
        "  2026-11-20  manual:M-1  1250.00 RSD: +12, 3 taken back",
        "    by the programme of then: 1 point for each 100 RSD, rounded down",
    ]
    assert shop("loyalty", "explain", "P-1").stdout.splitlines()[-1].endswith("100.00 RSD: +2")
    assert shop("loyalty", "check", "--json").json["ok"]


def test_one_point_is_one_point(shop: Ecrm) -> None:
    assert "+1 point for P-1" in shop("loyalty", "earn", "P-1", "1", "--reason", "x").stdout
    assert "-1 point for P-1" in shop("loyalty", "redeem", "P-1", "1").stdout


def test_the_check_ends_with_0_or_3(shop: Ecrm) -> None:
    waiting = shop("loyalty", "check")
    assert waiting.code == 0
    assert waiting.stdout.splitlines() == [
        "Warning: 2 orders or refunds are not settled yet. Such as order manual:M-1, "
        "order manual:M-2. Run ecrm loyalty settle.",
        "The ledger adds up: 0 transactions, difference 0.",
    ]
    assert shop("loyalty", "check", "--strict").code == 3
    shop("loyalty", "settle")
    found = shop("loyalty", "check", "--strict", "--json")
    assert (found.code, found.json) == (
        0,
        {"ok": True, "difference": 0, "transactions": 3, "findings": []},
    )


def test_the_page_of_a_person_has_their_points(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    page = shop("contact", "show", "P-1", "--json").json
    assert page["points"] == 9
    assert {"points given", "points taken back"} <= {row["what"] for row in page["timeline"]}
    assert "Points\n  9\n" in shop("contact", "show", "P-1").stdout


def test_a_segment_finds_who_has_points(shop: Ecrm) -> None:
    shop("loyalty", "settle")
    assert shop("segment", "count", "--where", "points: {gte: 9}").stdout == "1\n"
    assert shop("segment", "count", "--where", "points: {gte: 10}").stdout == "0\n"


def test_without_a_programme_nothing_is_settled_and_points_are_still_told(ecrm: Ecrm) -> None:
    answer = ecrm("loyalty", "settle", "--json")
    assert (answer.code, answer.stdout) == (3, "")
    assert answer.error["message"] == "There is no points programme in config.yaml."
    assert "ecrm setup loyalty" in answer.error["hint"]
    ecrm("contact", "add", "--email", "ana@example.org")
    told = ecrm("loyalty", "balance", "P-1", "--json").json
    assert (told["points"], told["worth"], told["currency"]) == (0, None, None)
    assert ecrm("loyalty", "check").code == 0


def test_a_programme_that_is_half_made_says_what_it_lacks(ecrm: Ecrm, workspace: Path) -> None:
    ecrm("config", "set", "loyalty.points.per", "100 RSD")
    error = ecrm("loyalty", "settle", "--json").error
    assert (error["code"], error["key"]) == (3, "loyalty.points.value")
    assert error["file"] == str(workspace / "config.yaml")
    assert "value" in (workspace / "config.yaml").read_text().splitlines()[error["line"] - 1]
    ecrm("config", "set", "loyalty.points.value", "0.03 EUR")
    error = ecrm("loyalty", "settle", "--json").error
    assert error["message"] == "Points are earned in RSD and worth EUR."
    assert ecrm("contact", "list").code == 0
    assert ecrm("config", "check").code == 3
