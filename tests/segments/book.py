"""A generated book and what each question about it means, in plain Python.

Nothing here knows how segments are read or compiled: people are dictionaries, days are dates.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store

Record = dict[str, Any]
# Edges of segments stand at these distances from as-of's day, and so do many of the facts.
EDGES = (0, 1, 29, 30, 31, 89, 90, 91, 180, 365)
LAST_DAY = date(2026, 11, 20)
RECORDED = datetime(2026, 11, 20, 9, tzinfo=UTC)
ZONES = ("Europe/Belgrade", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", None, None)
SAID = ("granted", "granted", "withdrawn", "pending")


@dataclass
class Book:
    """Rows by table, as they stand in the store."""

    zone: str
    tables: dict[str, list[Record]] = field(default_factory=dict, repr=False)

    def add(self, table: str, **row: Any) -> int:
        """Add a row; its number is its place in its table."""
        rows = self.tables.setdefault(table, [])
        rows.append(row)
        return len(rows)

    def rows(self, table: str) -> list[Record]:
        """Return the rows of a table."""
        return self.tables.get(table, [])

    def write(self, store: Store) -> None:
        """Put every row into the store."""
        for table, rows in self.tables.items():
            names = list(rows[0])
            marks = ", ".join(
                "(" + ", ".join(f"${name}_{number}" for name in names) + ")"
                for number in range(len(rows))
            )
            text = f"INSERT INTO {table} ({', '.join(names)}) VALUES {marks}"
            values = {
                f"{name}_{number}": row[name] for number, row in enumerate(rows) for name in names
            }
            store.run(query(f"test.{table}", text), **values)


def generated(seed: int, zone: str, size: int = 40) -> Book:
    """Make a book of ``size`` people whose facts crowd the edges of days in ``zone``."""
    draw = random.Random(seed)
    book = Book(zone)
    for sku in ("BEANS", "mug", "FILTER-4"):
        number = len(book.rows("product")) + 1
        book.add("product", product_id=number, source="file", sku=sku, recorded_at=RECORDED)
    for contact_id in range(1, size + 1):
        _person(book, draw, contact_id)
        for _ in range(draw.choice((0, 0, 1, 1, 2, 5))):
            _order(book, draw, contact_id)
        _talk(book, draw, contact_id)
    for _ in range(10):
        _order(book, draw, None)
    return book


def _moment(book: Book, draw: random.Random) -> datetime:
    """Draw an instant at, just before or just after the local midnight of an edge day."""
    day = LAST_DAY - timedelta(days=draw.choice(EDGES) + draw.choice((0, 0, 60, 400)))
    midnight = datetime.combine(day, time(), ZoneInfo(book.zone)).astimezone(UTC)
    shift = draw.choice((-1, 0, 1, 3_600, 40_000, 86_399))
    return min(midnight + timedelta(seconds=shift), RECORDED)


def _person(book: Book, draw: random.Random, contact_id: int) -> None:
    kept = {"shoe size": draw.choice((38, 44, 44.5)), "club/a.b": draw.choice(("Gold", "x", True))}
    born = date(draw.randint(1950, 2005), draw.choice((2, 11, 12)), draw.randint(1, 28))
    book.add(
        "contact",
        contact_id=contact_id,
        given_name=draw.choice(("Ana", "ANA", "Олег", "سارة", None)),
        company=draw.choice((None, "", " ", "Zrno")),
        zone=draw.choice(ZONES),
        city=draw.choice(("Niš", "NIŠ", "Oslo", None)),
        postcode=draw.choice(("18000", "0150", None)),
        country=draw.choice(("RS", "NO", None)),
        birthday=draw.choice((born, date(2000, 2, 29), LAST_DAY.replace(year=1990), None)),
        attributes=draw.choice((None, json.dumps(kept))),
        source="file",
        created_at=_moment(book, draw),
        recorded_at=RECORDED,
        updated_at=RECORDED,
    )
    for kind in ("email", "phone"):
        for place in range(draw.choice((0, 1, 1, 2))):
            book.add(
                "identity",
                identity_id=len(book.rows("identity")) + 1,
                contact_id=contact_id,
                kind=kind,
                value=f"{kind}{place}.{contact_id}",
                source="file",
                is_primary=place == 0,
                recorded_at=RECORDED,
            )
    for _ in range(draw.choice((0, 0, 1, 3))):
        _change(book, draw, contact_id)
    for _ in range(draw.choice((0, 1, 4))):
        book.add(
            "contact_tag",
            tag_event_id=len(book.rows("contact_tag")) + 1,
            contact_id=contact_id,
            tag=draw.choice(("vip", "VIP", "staff")),
            action=draw.choice(("add", "add", "remove")),
            actor="tester",
            occurred_at=_moment(book, draw),
            recorded_at=RECORDED,
        )


def _change(book: Book, draw: random.Random, contact_id: int) -> None:
    before = draw.choice(
        (
            {"city": "Oslo"},
            {"city": None, "country": "NO"},
            {"birthday": "1980-11-22", "phone": None},
            {"attributes.shoe size": 50},
            {"email": "old@example.org"},
        )
    )
    moment = _moment(book, draw)
    book.add(
        "contact_change",
        change_id=len(book.rows("contact_change")) + 1,
        contact_id=contact_id,
        origin="edit",
        actor="tester",
        occurred_at=moment,
        recorded_at=moment,
        before=json.dumps(before),
    )


def _talk(book: Book, draw: random.Random, contact_id: int) -> None:
    for _ in range(draw.choice((0, 1, 3))):
        topic = draw.choice(("offers", "offers", "news", "all"))
        status = draw.choice(SAID) if topic != "all" else "withdrawn"
        book.add(
            "consent_event",
            consent_event_id=len(book.rows("consent_event")) + 1,
            contact_id=contact_id,
            channel=draw.choice(("email", "email", "phone")),
            topic=topic,
            status=status,
            basis=draw.choice(("consent", "soft_opt_in")) if status == "granted" else None,
            source="file",
            actor="tester",
            occurred_at=_moment(book, draw),
            recorded_at=RECORDED,
        )
    for _ in range(draw.choice((0, 0, 0, 1, 2))):
        book.add(
            "suppression",
            suppression_id=len(book.rows("suppression")) + 1,
            channel="email",
            address=f"email{draw.choice((0, 1))}.{contact_id}",
            reason=draw.choice(("bounce", "complaint", "manual")),
            lifted=draw.choice((True, False, False)),
            actor="tester",
            occurred_at=_moment(book, draw),
            recorded_at=RECORDED,
        )


def _order(book: Book, draw: random.Random, contact_id: int | None) -> None:
    total = Decimal(draw.choice(("0", "10", "33.33", "100.0050", "499.9999", "500")))
    order_id = len(book.rows("orders")) + 1
    moment = _moment(book, draw)
    money = dict.fromkeys(("discount", "tax", "shipping"), Decimal(0))
    currency = draw.choice(("EUR", "EUR", "EUR", "USD"))
    book.add(
        "orders",
        order_id=order_id,
        source="file",
        number=str(order_id),
        contact_id=contact_id,
        ordered_at=moment,
        cancelled_at=draw.choice((None, None, None, moment + timedelta(days=30))),
        channel=draw.choice(("web", "Shop", None)),
        is_test=draw.random() < 0.1,
        currency=currency,
        gross=total,
        total=total,
        recorded_at=RECORDED,
        **money,
    )
    for line in range(draw.choice((0, 1, 2))):
        book.add(
            "order_line",
            order_id=order_id,
            line_number=line,
            product_id=draw.choice((1, 2, 3, None)),
            quantity=Decimal(draw.choice((1, 2, -1))),
            unit_price=total,
            amount=total,
        )
    if draw.random() < 0.4:
        _refund(book, draw, order_id, contact_id)


def _refund(book: Book, draw: random.Random, order_id: int, contact_id: int | None) -> None:
    order = book.rows("orders")[order_id - 1]
    bound = draw.random() < 0.6
    amount = draw.choice((order["total"], Decimal("5.0001"), Decimal("1000")))
    book.add(
        "refund",
        refund_id=len(book.rows("refund")) + 1,
        source="file",
        number=f"R{order_id}",
        order_id=order_id if bound else None,
        contact_id=contact_id,
        amount=amount,
        currency=order["currency"],
        actor="tester",
        refunded_at=_moment(book, draw),
        recorded_at=RECORDED,
    )


@cache
def _local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True)
class Person:
    """One contact as they stood at the end of a day of the workspace."""

    book: Book
    row: Record
    as_of: date

    def _day(self, moment: datetime) -> date:
        return _local_day(moment, self.book.zone)

    def _up_to(self, table: str, moment: str = "occurred_at") -> list[Record]:
        return [row for row in self.book.rows(table) if self._day(row[moment]) <= self.as_of]

    def _own(self, table: str, moment: str = "occurred_at") -> list[Record]:
        return [
            row
            for row in self.book.rows(table)
            if row["contact_id"] == self.row["contact_id"] and self._day(row[moment]) <= self.as_of
        ]

    def days_ago(self, moment: datetime) -> int:
        """Return how many days before as-of's day an instant lies."""
        return (self.as_of - self._day(moment)).days

    @property
    def known(self) -> bool:
        """Whether they were in the book: by the record's own beginning or by any fact."""
        facts = (
            self._own("contact_tag"), self._own("consent_event"),
            self._own("orders", "ordered_at"), self._own("refund", "refunded_at"),
        )  # fmt: skip
        return self._day(self.row["created_at"]) <= self.as_of or any(facts)

    def value(self, name: str) -> Any:
        """Return a profile field as it was: what the first change after the day replaced."""
        changes = [
            (row["occurred_at"], row["change_id"], json.loads(row["before"]))
            for row in self.book.rows("contact_change")
            if row["contact_id"] == self.row["contact_id"]
            and self._day(row["occurred_at"]) > self.as_of
        ]
        for _moment, _number, before in sorted(changes, key=lambda change: change[:2]):
            if name in before:
                return before[name]
        if name in ("email", "phone"):
            return self.addresses(name)
        if name.startswith("attributes."):
            kept = json.loads(self.row["attributes"] or "{}")
            return kept.get(name.removeprefix("attributes."))
        return self.row.get(name)

    def text(self, name: str) -> str | None:
        """Return a field in lower case."""
        found = self.value(name)
        return found if found is None else str(found).lower()

    def birthday(self) -> date | None:
        """Return the day of birth as it was known."""
        found = self.value("birthday")
        return date.fromisoformat(found) if isinstance(found, str) else found

    def days_to_birthday(self) -> int | None:
        """Return how many days until the birthday's next return, from their own day."""
        born = self.birthday()
        if born is None:
            return None
        noon = datetime.combine(self.as_of, time(12), ZoneInfo(self.book.zone))
        today = noon.astimezone(ZoneInfo(self.row["zone"] or self.book.zone)).date()
        returns = (_anniversary(born, today.year + ahead) for ahead in (0, 1))
        return min((day - today).days for day in returns if day >= today)

    def addresses(self, kind: str) -> list[str]:
        """Return the addresses of a kind, the primary one first."""
        return [row["value"] for row in self._identities(kind)]

    def _identities(self, kind: str) -> list[Record]:
        return [
            row
            for row in self.book.rows("identity")
            if row["contact_id"] == self.row["contact_id"] and row["kind"] == kind
        ]

    def tags(self) -> set[str]:
        """Return the tags they carried, in lower case."""
        last: dict[str, Record] = {}
        for row in _in_order(self._own("contact_tag"), "tag_event_id"):
            last[row["tag"]] = row
        return {tag.lower() for tag, row in last.items() if row["action"] == "add"}

    def last_word(self, topic: str, channel: str = "email") -> Record | None:
        """Return the last thing said about a topic or about all of them."""
        said = [
            row
            for row in _in_order(self._own("consent_event"), "consent_event_id")
            if row["channel"] == channel and row["topic"] in (topic, "all")
        ]
        return said[-1] if said else None

    def consent(self, topic: str, channel: str = "email") -> Record | None:
        """Return the last word of somebody who once answered about this very topic."""
        answered = any(
            row["topic"] == topic and row["channel"] == channel
            for row in self._own("consent_event")
        )
        return self.last_word(topic, channel) if answered else None

    def suppressions(self) -> set[str]:
        """Return the reasons that stand against writing to them by e-mail."""
        last: dict[tuple[str, str], Record] = {}
        for row in _in_order(self._up_to("suppression"), "suppression_id"):
            last[row["address"], row["reason"]] = row
        standing = {pair for pair, row in last.items() if not row["lifted"]}
        return {
            reason
            for address, reason in standing
            for mine in self._identities("email")
            if mine["value"] == address and (mine["is_primary"] or reason == "complaint")
        }

    def answer(self, *topics: str) -> str:
        """Return whether they may be written to by e-mail about one of the topics, or why not."""
        if not self.addresses("email"):
            return "no-address"
        if self.suppressions():
            return "suppressed"
        words = [self.last_word(topic) for topic in topics]
        granted = any(word is not None and word["status"] == "granted" for word in words)
        return "yes" if granted else "no-consent"

    def orders(self, first: int | None = None, last: int = 0) -> list[Record]:
        """Return the orders that count, placed ``first`` to ``last`` days before as-of's day."""
        return [
            row
            for row in self._own("orders", "ordered_at")
            if not row["is_test"]
            and (row["cancelled_at"] is None or self._day(row["cancelled_at"]) > self.as_of)
            and self._within(row["ordered_at"], first, last)
        ]

    def _within(self, moment: datetime, first: int | None, last: int) -> bool:
        ago = self.days_ago(moment)
        return last <= ago and (first is None or ago <= first)

    def total(self, currency: str = "EUR", first: int | None = None, last: int = 0) -> Decimal:
        """Return what they paid in those days, less what was given back."""
        orders = [row for row in self.orders(first, last) if row["currency"] == currency]
        numbers = {row["order_id"] for row in orders}
        bound = [row for row in self._up_to("refund", "refunded_at") if row["order_id"] in numbers]
        loose = [
            row
            for row in self._own("refund", "refunded_at")
            if row["order_id"] is None
            and row["currency"] == currency
            and self._within(row["refunded_at"], first, last)
        ]
        paid = sum((row["total"] for row in orders), Decimal(0))
        return paid - sum((row["amount"] for row in [*bound, *loose]), Decimal(0))

    def average(self, currency: str = "EUR") -> Decimal | None:
        """Return the total by order, to four decimals, halves away from zero."""
        orders = [row for row in self.orders() if row["currency"] == currency]
        if not orders:
            return None
        exact = self.total(currency) / len(orders)
        return exact.quantize(Decimal("0.0001"), rounding="ROUND_HALF_UP")

    def products(self, first: int | None = None, last: int = 0) -> set[str]:
        """Return the products they ordered in those days, in lower case."""
        numbers = {row["order_id"] for row in self.orders(first, last)}
        skus = {row["product_id"]: row["sku"].lower() for row in self.book.rows("product")}
        return {
            skus[row["product_id"]]
            for row in self.book.rows("order_line")
            if row["order_id"] in numbers and row["product_id"] and row["quantity"] > 0
        }


def _anniversary(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _in_order(rows: Sequence[Record], number: str) -> list[Record]:
    return sorted(rows, key=lambda row: (row["occurred_at"], row[number]))


def people(book: Book, as_of: date) -> Iterator[Person]:
    """Yield everybody who was in the book by the end of a day."""
    for row in book.rows("contact"):
        person = Person(book, row, as_of)
        if person.known:
            yield person
