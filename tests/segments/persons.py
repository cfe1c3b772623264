"""What is true of a person of the generated book on a day, in plain Python.

Nothing here knows how segments are read or compiled: people are dictionaries, days are dates.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.segments.book import Book, Record


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
            self._own("ledger_entry", "posted_for"),
            self._own("support_case", "opened_at"), self._own("event"),
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

    def cases(
        self,
        category: str | None = None,
        undone: bool | None = None,
        first: int | None = None,
        last: int = 0,
    ) -> list[Record]:
        """Return their cases as they stood: those about something, still open or done.

        Each is the row with what its facts made of phase, category and priority.
        """
        opened = [
            row
            for row in self._own("support_case", "opened_at")
            if self._within(row["opened_at"], first, last)
        ]
        found = [row | self._state_of(row["case_id"]) for row in opened]
        return [
            row
            for row in found
            if category in (None, row["category"])
            and undone in (None, row["phase"] in ("open", "waiting"))
        ]

    def _state_of(self, case_id: int) -> Record:
        state: Record = {}
        for fact in _in_order(self._up_to("case_event"), "case_event_id"):
            if fact["case_id"] == case_id:
                names = ("phase", "category", "priority")
                state |= {name: fact[name] for name in names if fact[name] is not None}
        return state

    def comeback(self, lapsed: int) -> int | None:
        """Return how many days ago they last ordered after more than ``lapsed`` days of nothing."""
        found = sorted(self.days_ago(row["ordered_at"]) for row in self.orders())
        back = [late for late, early in pairwise(found) if early - late > lapsed]
        return min(back, default=None)

    def points(self) -> int:
        """Return the points they had."""
        return sum(row["points"] for row in self._own("ledger_entry", "posted_for"))

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


def lapse(book: Book, as_of: date) -> tuple[int, int, int]:
    """Return the usual gap, and after how many days customers are lapsing and lapsed."""
    gaps = sorted(
        late - early
        for person in people(book, as_of)
        for early, late in pairwise(
            sorted({-person.days_ago(r["ordered_at"]) for r in person.orders()})
        )
    )
    if len(gaps) < 30:
        return 45, 90, 180
    usual, lapsing, lapsed = (gaps[-(-len(gaps) * share // 100) - 1] for share in (50, 80, 90))
    return usual, lapsing, lapsed


def first_share(person: Person, share: int, amount: Callable[[Person], Decimal | int]) -> bool:
    """Whether fewer than ``share`` in a hundred of those above zero have more than they have."""
    mine = amount(person)
    others = [amount(other) for other in people(person.book, person.as_of)]
    above = [one for one in others if one > 0]
    return mine > 0 and 100 * sum(one > mine for one in above) < share * len(above)


def _in_order(rows: Sequence[Record], number: str) -> list[Record]:
    return sorted(rows, key=lambda row: (row["occurred_at"], row[number]))


def people(book: Book, as_of: date) -> Iterator[Person]:
    """Yield everybody who was in the book by the end of a day."""
    for row in book.rows("contact"):
        person = Person(book, row, as_of)
        if person.known:
            yield person
