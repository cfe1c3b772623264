"""A shop's export files, and its figures worked out from them without the book: plain Python."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

FIRST_DAY, DAYS = date(2025, 6, 1), 530
CURRENCIES = ("RSD", "RSD", "RSD", "RSD", "EUR")
CENT = Decimal("0.0001")
Found = dict[tuple[str, str | None], Decimal | None]


@dataclass
class Export:
    """What a shop system would write: people, orders, refunds of later days, as rows of text."""

    people: list[dict[str, str]] = field(default_factory=list)
    orders: list[dict[str, str]] = field(default_factory=list)
    refunds: list[dict[str, str]] = field(default_factory=list)


def made(seed: int, *, people: int = 150, orders: int = 600) -> Export:
    """Make a shop's files: guests, gifts, cancelled orders, returns, two currencies."""
    chance = random.Random(seed)
    export = Export()
    for number in range(1, people + 1):
        export.people.append({
            "email": f"p{number}@example.org" if number % 7 else "",
            "customer_id": str(number),
            "created_at": str(_day(chance)),
            "agreed": str(chance.random() < 0.6),
        })  # fmt: skip
    for number in range(1, orders + 1):
        order = _order(chance, number, people)
        export.orders.append(order)
        if chance.random() < 0.1 and order["total"] != "0.00" and order["refunded"] == "":
            export.refunds.append(_refund(chance, order))
    return export


def _order(chance: random.Random, number: int, people: int) -> dict[str, str]:
    price = Decimal(chance.randrange(300, 90000)) / 100
    tax = (price * Decimal("0.2")).quantize(Decimal("0.01")) if chance.random() < 0.5 else Decimal()
    total = price + tax + (Decimal("4.90") if chance.random() < 0.3 else Decimal())
    free = chance.random() < 0.03
    day = _day(chance)
    return {
        "order_id": str(1000 + number),
        "customer_id": "" if chance.random() < 0.08 else str(chance.randrange(1, people)),
        # Close to midnight, where a day of the shop is not one of UTC.
        "date": f"{day} {chance.choice(['00:05', '00:50', '12:00', '23:10', '23:55'])}",
        "currency": chance.choice(CURRENCIES),
        "tax": "" if free else f"{tax:.2f}",
        "shipping": "" if free else f"{total - price - tax:.2f}",
        "total": "0.00" if free else f"{total:.2f}",
        "refunded": f"{total:.2f}" if not free and chance.random() < 0.02 else "",
        "cancelled_at": f"{day + timedelta(days=1)} 08:00" if chance.random() < 0.05 else "",
    }


def _refund(chance: random.Random, order: dict[str, str]) -> dict[str, str]:
    total = Decimal(order["total"])
    whole = chance.random() < 0.4
    amount = total if whole else (total / 3).quantize(Decimal("0.01"))
    day = date.fromisoformat(order["date"][:10]) + timedelta(days=chance.randrange(1, 40))
    last = FIRST_DAY + timedelta(days=DAYS - 1)
    return {"order": order["order_id"], "amount": f"{amount:.2f}", "date": str(min(day, last))}


def _day(chance: random.Random) -> date:
    return FIRST_DAY + timedelta(days=chance.randrange(DAYS))


def text_of(rows: list[dict[str, str]], *but: str) -> str:
    """Write rows as a file, without some of their columns."""
    out = io.StringIO()
    names = [name for name in rows[0] if name not in but]
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass
class Sale:
    """An order that counts, as the figures need it."""

    customer: str
    day: date
    currency: str
    net: Decimal
    is_customers: bool
    back: Decimal


def figures(export: Export, first: date, last: date) -> Found:
    """Return every figure of orders and people by its name and currency."""
    returns = list(_returns(export))
    sales = list(_sales(export, returns))
    inside = [sale for sale in sales if first <= sale.day <= last]
    found = _customers(sales, first, last)
    found["orders", None] = Decimal(len(inside))
    active = found["active-customers", None] or Decimal(0)
    found["orders-per-customer", None] = _share(sum(bool(sale.customer) for sale in inside), active)
    for currency in sorted({sale.currency for sale in sales}):
        own = [sale for sale in inside if sale.currency == currency]
        sold = sum((sale.net for sale in own), Decimal())
        back = sum(
            (goods for _number, day, code, goods in returns if code == currency
             and first <= day <= last), Decimal())  # fmt: skip
        found["revenue", currency] = sold - back
        kept = sold - sum((sale.back for sale in own), Decimal())
        found["average-order-value", currency] = (
            (kept / len(own)).quantize(CENT, ROUND_HALF_UP) if own else None
        )
    return found | _people(export, sales, first, last)


def _returns(export: Export) -> Iterator[tuple[str, date, str, Decimal]]:
    """Yield each return: order, day, currency, what it was of the goods."""
    orders = {row["order_id"]: row for row in export.orders if not row["cancelled_at"]}
    given = [(row["order"], row["date"], row["amount"]) for row in export.refunds]
    given += [
        (row["order_id"], row["date"][:10], row["refunded"])
        for row in export.orders
        if row["refunded"]
    ]
    for number, day, amount in given:
        if number in orders:
            order = orders[number]
            goods = Decimal(amount) * _net(order) / Decimal(order["total"])
            yield (
                number, date.fromisoformat(day), order["currency"],
                goods.quantize(CENT, ROUND_HALF_UP),
            )  # fmt: skip


def _sales(export: Export, returns: list[tuple[str, date, str, Decimal]]) -> Iterator[Sale]:
    back: dict[str, Decimal] = defaultdict(Decimal)
    money: dict[str, Decimal] = defaultdict(Decimal)
    for number, _on, _currency, goods in returns:
        back[number] += goods
    for row in export.refunds:
        money[row["order"]] += Decimal(row["amount"])
    for row in export.orders:
        if row["cancelled_at"]:
            continue
        total = Decimal(row["total"])
        refunded = money[row["order_id"]] + Decimal(row["refunded"] or 0)
        yield Sale(
            row["customer_id"], date.fromisoformat(row["date"][:10]), row["currency"], _net(row),
            bool(row["customer_id"]) and (total == 0 or total > refunded), back[row["order_id"]],
        )  # fmt: skip


def _net(row: dict[str, str]) -> Decimal:
    return Decimal(row["total"]) - Decimal(row["tax"] or 0) - Decimal(row["shipping"] or 0)


def _customers(sales: list[Sale], first: date, last: date) -> Found:
    length = (last - first) + timedelta(days=1)
    until = [sale for sale in sales if sale.is_customers and sale.day <= last]
    often = Counter(sale.customer for sale in until)
    began = {name: min(s.day for s in until if s.customer == name) for name in often}
    now = {sale.customer for sale in until if sale.day >= first}
    before = {sale.customer for sale in until if first - length <= sale.day < first}
    return {
        ("active-customers", None): Decimal(len(now)),
        ("new-customers", None): Decimal(sum(day >= first for day in began.values())),
        ("repeat-rate", None): _share(sum(n >= 2 for n in often.values()), len(often)),
        ("retention", None): _share(len(now & before), len(before)),
    }


def _people(export: Export, sales: list[Sale], first: date, last: date) -> Found:
    entered = {
        row["customer_id"]: datetime.fromisoformat(row["created_at"]).date()
        for row in export.people
    }
    for row in export.orders:
        if row["customer_id"]:
            day = date.fromisoformat(row["date"][:10])
            entered[row["customer_id"]] = min(entered[row["customer_id"]], day)
    return {
        ("contacts", None): Decimal(sum(day <= last for day in entered.values())),
        ("new-contacts", None): Decimal(sum(first <= day <= last for day in entered.values())),
    }


def _share(part: int, whole: int | Decimal) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None
