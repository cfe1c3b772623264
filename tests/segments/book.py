"""A generated book: rows by table, whose facts crowd the edges of days."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
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
    for contact_id in range(1, size + 1):
        for _ in range(draw.choice((0, 0, 1, 3))):
            _points(book, draw, contact_id)
        for _ in range(draw.choice((0, 0, 1, 2))):
            _case(book, draw, contact_id)
        if draw.random() < 0.2:
            _event(book, draw, contact_id)
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


def _points(book: Book, draw: random.Random, contact_id: int) -> None:
    points = draw.choice((0, 5, 10, 100, -7, -100))
    number = len(book.rows("ledger_entry")) // 2 + 1
    moment = _moment(book, draw)
    for account, owner, change in (("member", contact_id, points), ("issued", None, -points)):
        book.add(
            "ledger_entry",
            transaction_id=number,
            kind="earn",
            account=account,
            contact_id=owner,
            points=change,
            idempotency_key=f"earn#{number}",
            actor="tester",
            posted_for=moment,
            recorded_at=RECORDED,
        )


def _case(book: Book, draw: random.Random, contact_id: int) -> None:
    opened_at = _moment(book, draw)
    case_id = book.add(
        "support_case",
        case_id=len(book.rows("support_case")) + 1,
        contact_id=contact_id,
        subject="Cold coffee",
        channel="phone",
        in_person=True,
        actor="tester",
        opened_at=opened_at,
        recorded_at=RECORDED,
    )
    category = draw.choice(("complaint", "complaint", "question"))
    priority = draw.choice(("high", "normal"))
    _step(book, case_id, opened_at, phase="open", category=category, priority=priority)
    for phase in draw.choice(((), ("waiting",), ("done",), ("waiting", "done"), ("done", "open"))):
        moment = max(opened_at, _moment(book, draw))
        about = draw.choice((None, "question"))
        _step(book, case_id, moment, phase=phase, category=about, priority=None)


def _step(book: Book, case_id: int, moment: datetime, **told: str | None) -> None:
    book.add(
        "case_event",
        case_event_id=len(book.rows("case_event")) + 1,
        case_id=case_id,
        kind="status",
        **told,
        actor="tester",
        occurred_at=moment,
        recorded_at=RECORDED,
    )


def _event(book: Book, draw: random.Random, contact_id: int) -> None:
    book.add(
        "event",
        event_id=len(book.rows("event")) + 1,
        contact_id=contact_id,
        channel="phone",
        kind="call",
        actor="tester",
        occurred_at=_moment(book, draw),
        recorded_at=RECORDED,
    )
