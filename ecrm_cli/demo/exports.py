"""The files that the shop's system exports: the same for the same seed and day, byte for byte."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random

from ecrm_cli.demo.buying import GUEST, Order, Return, Till
from ecrm_cli.demo.named import ANA, BEN, MILA, MILA_P, OLEG, SARA, named_customers
from ecrm_cli.demo.people import DOMAINS, Crowd, Customer
from ecrm_cli.demo.season import Calendar

TOLD = frozenset((ANA, OLEG, SARA, BEN, MILA, MILA_P))
# What people type into the form of a newsletter: nobody can be reached by it.
MISTYPED = (
    "petar(at)example.org",
    "milica@",
    "@example.org",
    "john@@example.com",
    "dasha example.net",
    "n/a",
    "marko@example..org",
    "no e-mail",
    "sara@example.org,",
    "www.example.com",
    "ivan@-example.com",
)

CUSTOMER_HEADINGS = (
    "Customer ID",
    "First name",
    "Last name",
    "Email",
    "Phone",
    "City",
    "Country",
    "Language",
    "Birthday",
    "Tags",
    "Accepts marketing",
    "Created at",
)
ORDER_HEADINGS = (
    "Order number",
    "Date",
    "Customer ID",
    "SKU",
    "Product",
    "Quantity",
    "Unit price",
    "Currency",
    "Channel",
    "Cancelled at",
)
RETURN_HEADINGS = ("Order number", "Date", "Customer ID", "Total", "Currency")

Row = Sequence[object]


@dataclass(frozen=True)
class Shop:
    """A year of a shop; ``today`` is the day after its last."""

    today: date
    customers: list[Customer]
    orders: list[Order]
    returns: list[Return]
    unsubscribed: list[str]
    complained: list[str]

    @property
    def callable(self) -> list[str]:
        """The numbers of those who have no address and may be called."""
        return [c.phone for c in self.customers if c.phone and c.agreed and not c.email]


def make_shop(seed: int, today: date) -> Shop:
    """Make the shop that belongs to a seed and a day."""
    # Each noun has dice of its own, so that a change to one leaves the others as they are.
    dice = {noun: dice_of(noun, seed, today) for noun in ("people", "till", "back", "no")}
    calendar = Calendar(today)
    customers = Crowd(dice["people"], today).fill(named_customers(today))
    orders = Till(dice["till"], calendar).orders(customers)
    returns = Till(dice["back"], calendar).returns(orders, TOLD)
    may = [c.email for c in customers if c.agreed and c.email and c.number not in TOLD]
    unsubscribed = dice["no"].sample(may, dice["no"].randint(60, 90))
    left = sorted(set(may) - set(unsubscribed))
    complained = dice["no"].sample(left, dice["no"].randint(3, 7))
    return Shop(today, customers, orders, returns, sorted(unsubscribed), sorted(complained))


def dice_of(noun: str, seed: int, today: date) -> Random:
    """Return dice that always fall the same way for a noun, a seed and a day."""
    return Random(f"{seed} {today} {noun}")  # noqa: S311 - made-up people are no secret


def write_exports(shop: Shop, seed: int, folder: Path) -> list[Path]:
    """Write the shop's files into ``folder``, which is there; return them."""
    texts = {
        "customers.csv": table(CUSTOMER_HEADINGS, customer_rows(shop, seed)),
        "orders.csv": table(ORDER_HEADINGS, order_rows(shop.orders)),
        "returns.csv": table(RETURN_HEADINGS, return_rows(shop.returns)),
        "unsubscribed.txt": lines(shop.unsubscribed),
        "complained.txt": lines(shop.complained),
        "callable.txt": lines(shop.callable),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return [folder / name for name in texts]


def lines(words: Iterable[str]) -> str:
    """Return one word a line."""
    return "".join(f"{word}\n" for word in words)


def table(headings: Row, rows: Iterable[Row]) -> str:
    """Return CSV with a header line."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([headings, *rows])
    return text.getvalue()


def customer_rows(shop: Shop, seed: int) -> list[Row]:
    """Return the rows of people, with those whom nobody can reach strewn in."""
    rows: list[Row] = [
        (
            c.number, c.given, c.family, c.email, c.phone, c.city, c.country, c.language,
            c.birthday, c.tags, "yes" if c.agreed else "no",
            shop.today - timedelta(days=c.joined),
        )
        for c in shop.customers
    ]  # fmt: skip
    dice = dice_of("mistyped", seed, shop.today)
    for typed in MISTYPED:
        known = dice.choice(shop.customers[len(TOLD) :])
        row = ("", known.given, "", typed, "", "", "", "", "", "", "yes",
               shop.today - timedelta(days=dice.randint(1, 300)))  # fmt: skip
        rows.insert(dice.randint(len(TOLD), len(rows)), row)
    return rows


def order_rows(orders: Iterable[Order]) -> Iterable[Row]:
    """Yield one row an article of each order."""
    for order in orders:
        cancelled = f"{order.cancelled:%Y-%m-%d %H:%M}" if order.cancelled else ""
        for article, quantity in order.lines:
            yield (
                order.number, f"{order.ordered:%Y-%m-%d %H:%M}", named(order.customer),
                article.sku, article.title, quantity, article.price, "RSD", order.channel,
                cancelled,
            )  # fmt: skip


def return_rows(returns: Iterable[Return]) -> Iterable[Row]:
    """Yield one row a return, the amount below zero."""
    for back in returns:
        yield (back.number, f"{back.returned:%Y-%m-%d %H:%M}", named(back.customer),
               -back.amount, "RSD")  # fmt: skip


def named(customer: int) -> object:
    """Return a customer's number as the files write it."""
    return "" if customer == GUEST else customer


def is_safe(address: str) -> bool:
    """Say whether an address can never be anybody's."""
    return address.rpartition("@")[2] in DOMAINS
