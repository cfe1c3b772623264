"""The figures of the demo's shop, worked out from its export files without the book."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

Figures = dict[str, Decimal | None]
# What the demo itself writes down beside the files: Ana's order, and points for her trouble.
ANA, PAID, KINDNESS = "1001", 2400, 100
PER, WORTH = 100, 3


@dataclass(frozen=True)
class Sale:
    """An order that was not cancelled, in whole dinars; a guest's has no customer."""

    customer: str
    day: date
    total: int


@dataclass(frozen=True)
class Files:
    """What the files say: people by number with the day they came, sales, returns, consent."""

    came: dict[str, date]
    sales: list[Sale]
    returns: list[Sale]
    may: int


def read_files(folder: Path, today: date) -> Files:
    """Read a demo's export files, and add the order that the demo takes on its day."""
    people = [row for row in rows(folder / "customers.csv") if row["Customer ID"]]
    said_no = set((folder / "unsubscribed.txt").read_text(encoding="utf-8").split())
    said_no |= set((folder / "complained.txt").read_text(encoding="utf-8").split())
    may = [r for r in people if r["Email"] and r["Accepts marketing"] == "yes"]
    totals: dict[str, int] = defaultdict(int)
    heads = {}
    for row in rows(folder / "orders.csv"):
        totals[row["Order number"]] += int(row["Quantity"]) * int(row["Unit price"])
        heads[row["Order number"]] = row
    sales = [
        Sale(row["Customer ID"], day_of(row), totals[number])
        for number, row in heads.items()
        if not row["Cancelled at"]
    ]
    returns = [
        Sale(row["Customer ID"], day_of(row), -int(row["Total"]))
        for row in rows(folder / "returns.csv")
    ]
    came = {row["Customer ID"]: date.fromisoformat(row["Created at"]) for row in people}
    for sale in sales:
        if sale.customer:
            came[sale.customer] = min(came[sale.customer], sale.day)
    sales.append(Sale(ANA, today, PAID))
    return Files(came, sales, returns, sum(row["Email"] not in said_no for row in may))


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def day_of(row: dict[str, str]) -> date:
    """Return the day of an order or return."""
    return datetime.fromisoformat(row["Date"]).date()


def figures(files: Files, first: date, last: date, today: date) -> Figures:
    """Return every figure that the files decide, for a period of whole days."""
    inside = [sale for sale in files.sales if first <= sale.day <= last]
    sold = sum(sale.total for sale in inside)
    back = sum(each.total for each in files.returns if first <= each.day <= last)
    contacts = sum(day <= last for day in files.came.values())
    # Consent was recorded on the demo's own day.
    reachable = files.may if last >= today else 0
    buyers = sum(bool(sale.customer) for sale in inside)
    found = customers(files, first, last)
    return found | points(files, first, last, today) | {
        "new-contacts": Decimal(sum(first <= day <= last for day in files.came.values())),
        "contacts": Decimal(contacts),
        "reachable": Decimal(reachable),
        "consent-rate": share(reachable, contacts),
        "orders": Decimal(len(inside)),
        "revenue": Decimal(sold - back),
        "average-order-value": share(sold, len(inside), Decimal("0.0001")),
        "orders-per-customer": share(buyers, int(found["active-customers"] or 0)),
    }  # fmt: skip


def customers(files: Files, first: date, last: date) -> Figures:
    """Return who bought, bought for the first time, and came back."""
    length = last - first + timedelta(days=1)
    until = [sale for sale in files.sales if sale.customer and sale.day <= last]
    often = Counter(sale.customer for sale in until)
    now = {sale.customer for sale in until if sale.day >= first}
    before = {sale.customer for sale in until if first - length <= sale.day < first}
    earlier = {sale.customer for sale in until if sale.day < first}
    return {
        "active-customers": Decimal(len(now)),
        "new-customers": Decimal(len(now - earlier)),
        "repeat-rate": share(sum(count > 1 for count in often.values()), len(often)),
        "retention": share(len(now & before), len(before)),
        "lapsed-vips": Decimal(len(quiet_vips(files, last))),
    }


def quiet_vips(files: Files, last: date) -> set[str]:
    """Return the best tenth of the year's buyers whose last order is longer ago than usual."""
    bought: dict[str, set[date]] = defaultdict(set)
    net: Counter[str] = Counter()
    since = last - timedelta(days=365)
    for sale in files.sales:
        if sale.customer and sale.day <= last:
            bought[sale.customer].add(sale.day)
            net[sale.customer] += sale.total if sale.day >= since else 0
    net.subtract(
        {c: sum(b.total for b in files.returns if b.customer == c and since <= b.day <= last)
         for c in {b.customer for b in files.returns}}
    )  # fmt: skip
    spent = sorted((total for total in net.values() if total > 0), reverse=True)
    best = {c for c, total in net.items() if total > 0 and spent.index(total) * 10 < len(spent)}
    gaps = sorted(
        (late - early).days
        for days in bought.values()
        for early, late in zip(sorted(days), sorted(days)[1:], strict=False)
    )
    lapsing = gaps[-(-len(gaps) * 8 // 10) - 1]
    return {c for c in best if (last - max(bought[c])).days > lapsing}


def points(files: Files, first: date, last: date, today: date) -> Figures:
    """Return the points of the programme that the demo begins."""
    given = [(s.day, s.total // PER) for s in files.sales if s.customer]
    given += [(b.day, -(b.total // PER)) for b in files.returns]
    kind = KINDNESS if last >= today else 0
    outstanding = sum(amount for day, amount in given if day <= last) + kind
    return {
        "points-issued": Decimal(sum(amount for day, amount in given if first <= day <= last)),
        "points-outstanding": Decimal(outstanding),
        "liability": Decimal(outstanding * WORTH),
    }


def share(part: int, whole: int, step: Decimal = Decimal("0.0000000001")) -> Decimal | None:
    """Return part of whole, rounded to ``step``; None of nothing."""
    return (Decimal(part) / whole).quantize(step, ROUND_HALF_UP) if whole else None
