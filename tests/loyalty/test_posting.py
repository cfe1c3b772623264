"""Points given, spent and mended by hand; the ledger proved."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.loyalty import ops, posting
from ecrm_cli.loyalty.checks import check
from ecrm_cli.loyalty.model import EmptyKey, KeyTaken, NotEnough, Posting
from tests.door import NOW, Answer, Ecrm, ecrm_words, process_environment
from tests.loyalty.books import DAY, RSD, adds_up, entries, ordered, refunded, settled
from tests.people import person


@pytest.fixture
def ana(store: Store) -> int:
    """A customer with ten points."""
    contact_id = person(store, "ana@example.org")
    posting.earn(store, NOW, Posting(contact_id, 10, "welcome"))
    return contact_id


def test_points_given_by_hand_come_from_issued(store: Store, ana: int) -> None:
    accounts = {(row["account"], row["points"], row["reason"]) for row in entries(store)}
    assert accounts == {("member", 10, "welcome"), ("issued", -10, "welcome")}
    assert ops.points_of(store, ana) == 10


def test_points_spent_go_to_redeemed(store: Store, ana: int) -> None:
    done = posting.redeem(store, NOW, Posting(ana, 4))
    assert done == {
        "key": None, "contact": ana, "reward": None, "points": 4, "balance": 6, "code": None,
        "repeated": False, "ref": "T-2",
    }  # fmt: skip
    assert [(row["account"], row["points"]) for row in entries(store)[2:]] == [
        ("redeemed", 4),
        ("member", -4),
    ]


def test_nobody_spends_more_than_they_have(store: Store, ana: int) -> None:
    before = entries(store)
    with pytest.raises(NotEnough, match="P-1 has 10 points, not 11") as caught:
        posting.redeem(store, NOW, Posting(ana, 11))
    assert (caught.value.code, entries(store)) == (5, before)
    posting.redeem(store, NOW, Posting(ana, 10))
    with pytest.raises(NotEnough) as caught:
        posting.redeem(store, NOW, Posting(ana, 1))
    assert "There are none to take" in caught.value.hint


def test_the_same_key_gives_the_firsts_answer_and_posts_nothing(store: Store, ana: int) -> None:
    first = posting.redeem(store, NOW, Posting(ana, 4, key="r1"))
    posting.earn(store, NOW, Posting(ana, 100, "luck"))
    before = entries(store)
    again = posting.redeem(store, NOW + DAY, Posting(ana, 4, key="r1"))
    assert again == {**first, "repeated": True}
    assert (first["key"], first["repeated"], again["balance"]) == ("r1", False, 6)
    assert entries(store) == before


def test_a_repeated_key_takes_no_number(store: Store, ana: int) -> None:
    posting.redeem(store, NOW, Posting(ana, 1, key="r1"))
    posting.redeem(store, NOW, Posting(ana, 1, key="r1"))
    assert posting.redeem(store, NOW, Posting(ana, 1))["ref"] == "T-3"


def test_a_key_stands_for_one_thing(store: Store, ana: int) -> None:
    ben = person(store, "ben@example.org")
    posting.earn(store, NOW, Posting(ben, 10, "welcome"))
    posting.redeem(store, NOW, Posting(ana, 4, key="r1"))
    for other in (Posting(ana, 5, key="r1"), Posting(ben, 4, key="r1")):
        with pytest.raises(KeyTaken, match="'r1' stands for 4 points of P-1"):
            posting.redeem(store, NOW, other)
    # A receipt's number may stand on a gift and on a redemption.
    assert not posting.earn(store, NOW, Posting(ben, 4, "x", key="r1"))["repeated"]


def test_a_key_has_a_letter(store: Store, ana: int) -> None:
    with pytest.raises(EmptyKey):
        posting.redeem(store, NOW, Posting(ana, 1, key=" "))


def test_a_key_like_our_own_numbers_collides_with_none(store: Store, ana: int) -> None:
    posting.redeem(store, NOW, Posting(ana, 1))
    for key in ("2", "#2", "1"):
        assert not posting.redeem(store, NOW, Posting(ana, 1, key=key))["repeated"]
    assert check(store, NOW, RSD)["findings"] == []


def test_a_balance_is_mended_both_ways_but_not_below_nothing(store: Store, ana: int) -> None:
    assert posting.adjust(store, NOW, Posting(ana, 5, "late"))["balance"] == 15
    assert posting.adjust(store, NOW, Posting(ana, -15, "wrong"))["balance"] == 0
    with pytest.raises(NotEnough):
        posting.adjust(store, NOW, Posting(ana, -1, "wrong"))
    assert adds_up(store)


def test_history_runs_from_the_oldest_with_the_balance_after_each(store: Store, ana: int) -> None:
    refunded(store, ordered(store, ana, "1000", at=NOW - DAY), "500")
    settled(store)
    posting.redeem(store, NOW, Posting(ana, 3, "coffee"))
    rows = ops.history(store, ana)
    told = [(row["kind"], row["points"], row["balance"], row["order_ref"]) for row in rows]
    assert told == [
        ("order", 10, 10, "manual:M-1"), ("earn", 10, 20, None), ("refund", -5, 15, "manual:M-1"),
        ("redeem", -3, 12, None),
    ]  # fmt: skip


def test_explain_says_which_order_gave_what_and_why_one_gave_none(store: Store, ana: int) -> None:
    refunded(store, ordered(store, ana, "1000"), "300")
    ordered(store, ana, "99", currency="EUR")
    settled(store)
    ordered(store, ana, "500")
    found = ops.explain(store, ana, RSD)
    told = [(row["points"], row["taken_back"], row["why_none"]) for row in found["orders"]]
    assert told == [(10, 3, None), (None, None, "other currency"), (None, None, "not settled")]
    assert (found["points"], found["formula"]) == (17, RSD.words)
    assert [(row["kind"], row["points"], row["reason"]) for row in found["others"]] == [
        ("earn", 10, "welcome")
    ]
    given = sum((row["points"] or 0) - (row["taken_back"] or 0) for row in found["orders"])
    assert found["points"] == given + sum(row["points"] for row in found["others"])
    assert ops.explain(store, ana, None)["formula"] is None


def broken(store: Store, text: str) -> list[str]:
    """Change the ledger behind its back; return the rules that the check finds broken."""
    store.run(query("test.break", text))
    found = check(store, NOW, RSD)
    assert not found["ok"]
    return [finding["rule"] for finding in found["findings"]]


COPY = (
    "INSERT INTO ledger_entry SELECT * REPLACE (transaction_id + 100 AS transaction_id{more}) "
    "FROM ledger_entry WHERE kind = '{kind}'"
)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("UPDATE ledger_entry SET points = points + 1 WHERE kind = 'order' AND points > 0",
         ["unbalanced", "miscounted"]),
        ("UPDATE ledger_entry SET points = points * 9 WHERE kind = 'order'", ["miscounted"]),
        ("DELETE FROM ledger_entry WHERE kind = 'earn'", ["lost"]),
        ("UPDATE counter SET last_id = 1 WHERE noun = 'ledger_transaction'", ["lost"]),
        ("INSERT INTO ledger_entry FROM ledger_entry WHERE kind = 'earn'", ["misshapen"]),
        (COPY.format(kind="earn", more=", 'x' AS idempotency_key"), ["lost"]),
        ("UPDATE ledger_entry SET account = 'mine' WHERE kind = 'earn' AND account = 'issued'",
         ["misshapen"]),
        ("UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'earn'", ["misshapen"]),
        ("UPDATE ledger_entry SET contact_id = 1 WHERE account = 'issued'", ["misshapen"]),
        ("UPDATE ledger_entry SET posted_for = '2020-01-01' WHERE account = 'issued'",
         ["misshapen"]),
        ("UPDATE orders SET contact_id = 77", ["of-another"]),
        ("DELETE FROM ledger_entry WHERE kind = 'order' AND account = 'issued'", ["unbalanced"]),
        (COPY.format(kind="earn", more=""), ["lost", "doubled-key"]),
        (COPY.format(kind="order", more=", idempotency_key || 'x' AS idempotency_key"),
         ["lost", "doubled-order"]),
        (COPY.format(kind="refund", more=", idempotency_key || 'x' AS idempotency_key"),
         ["lost", "doubled-refund"]),
        ("UPDATE ledger_entry SET contact_id = 77 WHERE kind = 'earn' AND account = 'member'",
         ["no-contact"]),
        ("UPDATE ledger_entry SET points = points * 9 WHERE kind = 'refund'", ["overtaken"]),
        ("DELETE FROM orders", ["no-cause"]),
        ("DELETE FROM refund", ["no-cause"]),
    ],
)  # fmt: skip
def test_the_check_finds_what_a_ledger_may_never_be(
    store: Store, ana: int, text: str, rules: list[str]
) -> None:
    refunded(store, ordered(store, ana, "1000"), "200")
    settled(store)
    assert check(store, NOW, RSD) == {
        "ok": True, "difference": 0, "transactions": 3, "findings": []
    }  # fmt: skip
    assert broken(store, text) == rules


def test_the_difference_is_what_does_not_come_to_zero(store: Store, ana: int) -> None:
    store.run(query("test.break", "UPDATE ledger_entry SET points = points + 2"))
    assert check(store, NOW, RSD)["difference"] == 4


def test_an_order_that_waits_is_a_warning(store: Store, ana: int) -> None:
    ordered(store, ana, "1000")
    found = check(store, NOW, RSD)
    assert (found["ok"], found["findings"][0]["rule"]) == (True, "unsettled")
    assert found["findings"][0]["examples"] == ["order manual:M-1"]
    assert not check(store, NOW, RSD, strict=True)["ok"]
    assert check(store, NOW, None)["findings"] == []


def test_a_refund_that_waits_is_a_warning_too(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "1000")
    settled(store)
    refund = refunded(store, order_id, "100")
    assert check(store, NOW, RSD)["findings"][0]["examples"] == [f"refund manual:RF-{refund}"]


def redeeming(shop: Path, *words: str) -> subprocess.Popen[str]:
    """Start a redemption of eight points as a process of its own."""
    return subprocess.Popen(
        ecrm_words("loyalty", "redeem", "ana@example.org", "8", "--json", *words),
        cwd=shop,
        env=process_environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def both(shop: Path, *words: str) -> list[Answer]:
    """Run two redemptions at once."""
    running = [redeeming(shop, *words) for _ in range(2)]
    said = [(*process.communicate(timeout=120), process.returncode) for process in running]
    return [Answer(code, out, err) for out, err, code in said]


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A workspace in which Ana has ten points."""
    ecrm("contact", "add", "--email", "ana@example.org")
    assert ecrm("loyalty", "earn", "ana@example.org", "10", "--reason", "welcome").code == 0
    return ecrm


def test_of_two_redemptions_at_once_for_the_last_points_one_wins(shop: Ecrm) -> None:
    won, lost = sorted(both(shop.folder, "--wait", "60s"), key=lambda answer: answer.code)
    assert (won.code, lost.code) == (0, 5)
    assert won.json["balance"] == 2
    assert "P-1 has 2 points, not 8" in lost.error["message"]
    assert shop("loyalty", "balance", "P-1", "--json").json["points"] == 2


def test_two_processes_with_one_key_spend_once(shop: Ecrm) -> None:
    answers = both(shop.folder, "--wait", "60s", "--key", "receipt 7")
    assert [answer.code for answer in answers] == [0, 0]
    assert {answer.json["repeated"] for answer in answers} == {True, False}
    assert {answer.json["balance"] for answer in answers} == {2}
    assert shop("loyalty", "balance", "P-1", "--json").json["points"] == 2
