"""A book of orders and refunds, and what it should come to in points, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ecrm_cli.core.money import Money
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Row, Store
from ecrm_cli.loyalty import settling
from ecrm_cli.loyalty.model import Programme
from ecrm_cli.loyalty.settling import Settled
from ecrm_cli.orders import till
from ecrm_cli.orders.model import NewOrder, NewRefund
from tests.door import NOW

RSD = Programme(Money(Decimal(100), "RSD"), 1, Money(Decimal(3), "RSD"), "down")
ZONE = "Europe/Belgrade"
DAY = timedelta(days=1)
LOOSE = query("test.loose", """
    INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, actor,
                        refunded_at, recorded_at)
    VALUES ($refund_id, 'file', $refund_id, $order_id, $contact_id, $amount, $currency, 'tester',
            $refunded_at, $refunded_at)
""")  # fmt: skip


def ordered(
    store: Store, contact: int | None, total: str, *, currency: str = "RSD", at: datetime = NOW
) -> int:
    """Write an order down; return its id."""
    return till.add(store, NOW, NewOrder(contact, currency, at, total=Decimal(total)))


def refunded(store: Store, order_id: int, amount: str, at: datetime = NOW) -> int:
    """Give money of an order back; return the refund's id."""
    return int(till.refund(store, NOW, order_id, NewRefund(Decimal(amount), at))["refund"])


def returned(store: Store, contact: int | None, amount: str, **more: Any) -> int:
    """Put a return into the book as an import does: without an order unless one is named."""
    refund_id = store.take_ids("refund") + 1
    given = {"order_id": None, "currency": "RSD", "refunded_at": NOW, **more}
    store.run(LOOSE, refund_id=refund_id, contact_id=contact, amount=Decimal(amount), **given)
    return refund_id


def settled(store: Store, programme: Programme = RSD, now: datetime = NOW) -> Settled:
    """Settle the book."""
    return settling.settle(store, now, programme, ZONE)


def ask(store: Store, text: str, **params: object) -> list[Row]:
    """Ask the book in SQL."""
    return store.rows(query("test.ask", text), **params)


def entries(store: Store) -> list[Row]:
    """Return the whole ledger."""
    return ask(store, "FROM ledger_entry ORDER BY transaction_id, account DESC")


def left_of(store: Store) -> dict[int, int]:
    """Return what each order gives after all, by the ledger."""
    rows = ask(
        store,
        "SELECT order_id, sum(points)::BIGINT AS points FROM ledger_entry "
        "WHERE account = 'member' AND order_id IS NOT NULL GROUP BY order_id",
    )
    return {row["order_id"]: row["points"] for row in rows}


def adds_up(store: Store) -> bool:
    """Whether every transaction has two rows or more that come to zero."""
    crooked = ask(
        store,
        "SELECT transaction_id FROM ledger_entry GROUP BY transaction_id "
        "HAVING sum(points) <> 0 OR count(*) < 2",
    )
    return crooked == []


@dataclass
class Plain:
    """What a book should come to: Decimals, one order at a time."""

    totals: dict[int, Decimal] = field(default_factory=dict)
    refunds: dict[int, Decimal] = field(default_factory=dict)

    def left(self) -> dict[int, int]:
        """Return what each order gives after its refunds, at 1 point for each full 100."""
        found = {}
        for order_id, total in self.totals.items():
            given = int(total // 100)
            back = self.refunds.get(order_id, Decimal())
            share = Decimal(given) * back / total if total else Decimal()
            found[order_id] = given - int(share.quantize(Decimal(1), ROUND_HALF_UP))
        return found
