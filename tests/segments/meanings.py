"""Rules beside what they mean, said in plain Python about one person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tests.segments.persons import Person, first_share, lapse

Meaning = Callable[[Person], bool]


def _last(person: Person) -> int | None:
    return min((person.days_ago(row["ordered_at"]) for row in person.orders()), default=None)


def _first(person: Person) -> int | None:
    return max((person.days_ago(row["ordered_at"]) for row in person.orders()), default=None)


def _last_case(person: Person) -> int | None:
    return min((person.days_ago(row["opened_at"]) for row in person.cases()), default=None)


def _ago(days: int | None, low: int, high: int) -> bool:
    return days is not None and low <= days <= high


def _average(person: Person) -> Decimal:
    found = person.average()
    return Decimal("NaN") if found is None else found


def _said(person: Person, topic: str, status: str, channel: str = "email") -> bool:
    word = person.consent(topic, channel)
    return word is not None and word["status"] == status


def _on_basis(person: Person, basis: str) -> bool:
    word = person.consent("offers")
    return word is not None and word["topic"] == "offers" and word["basis"] == basis


def _born(person: Person, low: date, high: date) -> bool:
    born = person.birthday()
    return born is not None and low <= born <= high


def _quiet(person: Person, low: int | None, high: int | None) -> bool:
    """Whether the last order lies past one of the shop's limits and not past another."""
    limits = (*lapse(person.book, person.as_of), EVER)
    least = 0 if low is None else limits[low] + 1
    return _ago(_last(person), least, EVER if high is None else limits[high])


EVER = 100_000
USUAL, LAPSING, LAPSED = range(3)

MEANINGS: dict[str, Meaning] = {
    "all: []": lambda p: True,
    "country: rs": lambda p: p.text("country") == "rs",
    "country: {in: [RS, NO]}": lambda p: p.text("country") in ("rs", "no"),
    "city: niš": lambda p: p.text("city") == "niš",
    "given_name: [Ана, ОЛЕГ, سارة]": lambda p: p.text("given_name") in ("олег", "سارة"),
    "postcode: 18000": lambda p: p.text("postcode") == "18000",
    "postcode: 0150": lambda p: p.text("postcode") == "0150",
    "company: {is: empty}": lambda p: not (p.text("company") or "").strip(),
    "company: {is: present}": lambda p: bool((p.text("company") or "").strip()),
    "created: {within: 30d}": lambda p: _ago(p.days_ago(p.row["created_at"]), 0, 30),
    "created: {before: 30d}": lambda p: _ago(p.days_ago(p.row["created_at"]), 31, EVER),
    "created: {within: 26w}": lambda p: _ago(p.days_ago(p.row["created_at"]), 0, 182),
    "birthday: {within_next: 7d}": lambda p: _ago(p.days_to_birthday(), 0, 7),
    "birthday: {within_next: 0d}": lambda p: _ago(p.days_to_birthday(), 0, 0),
    "birthday: {within_next: 120d}": lambda p: _ago(p.days_to_birthday(), 0, 120),
    "birthday: {is: empty}": lambda p: p.birthday() is None,
    "birthday: 2000-02-29": lambda p: p.birthday() == date(2000, 2, 29),
    "birthday: {between: [1980-01-01, 1990-11-20]}": lambda p: _born(
        p, date(1980, 1, 1), date(1990, 11, 20)
    ),
    "birthday: {gte: 1990-11-20}": lambda p: _born(p, date(1990, 11, 20), date.max),
    "attribute: shoe size": lambda p: p.value("attributes.shoe size") is not None,
    "attribute: {name: shoe size, gte: 44.5}": lambda p: (
        (p.value("attributes.shoe size") or 0) >= 44.5
    ),
    "attribute: {name: shoe size, in: [38, 44]}": lambda p: (
        p.value("attributes.shoe size") in (38, 44)
    ),
    "attribute: {name: club/a.b, eq: gold}": lambda p: p.text("attributes.club/a.b") == "gold",
    "attribute: {name: club/a.b, eq: true}": lambda p: p.text("attributes.club/a.b") == "true",
    "attribute: {name: club/a.b, is: empty}": lambda p: p.value("attributes.club/a.b") is None,
    "tag: vip": lambda p: "vip" in p.tags(),
    "tag: [staff, VIP]": lambda p: bool(p.tags() & {"staff", "vip"}),
    "has: email": lambda p: bool(p.value("email")),
    "has: phone": lambda p: bool(p.value("phone")),
    "consent: offers": lambda p: _said(p, "offers", "granted"),
    "consent: {topic: offers, status: [withdrawn, pending]}": lambda p: (
        _said(p, "offers", "withdrawn") or _said(p, "offers", "pending")
    ),
    "consent: {topic: offers, basis: soft_opt_in}": lambda p: _on_basis(p, "soft_opt_in"),
    "consent: {topic: offers, channel: phone}": lambda p: _said(p, "offers", "granted", "phone"),
    "reachable: offers": lambda p: p.answer("offers") == "yes",
    "reachable: true": lambda p: p.answer("offers", "news") == "yes",
    "reachable: {topic: news, answer: no-consent}": lambda p: p.answer("news") == "no-consent",
    "reachable: {answer: [suppressed, no-address]}": lambda p: (
        p.answer() in ("suppressed", "no-address")
    ),
    "suppressed: true": lambda p: bool(p.suppressions()),
    "suppressed: false": lambda p: not p.suppressions(),
    "suppressed: {reason: complaint}": lambda p: "complaint" in p.suppressions(),
    "orders.count: 0": lambda p: len(p.orders()) == 0,
    "orders.count: 1": lambda p: len(p.orders()) == 1,
    "orders.count: {gte: 2}": lambda p: len(p.orders()) >= 2,
    "orders.count: {gte: 1, within: 90d}": lambda p: len(p.orders(90)) >= 1,
    "orders.count: {eq: 0, within: 180d, before: 30d}": lambda p: len(p.orders(180, 31)) == 0,
    "orders.count: {between: [1, 2]}": lambda p: 1 <= len(p.orders()) <= 2,
    "orders.total: {gte: 500}": lambda p: p.total() >= 500,
    "orders.total: {lt: 0}": lambda p: p.total() < 0,
    "orders.total: {lte: 33.33, within: 365d}": lambda p: p.total(first=365) <= Decimal("33.33"),
    "orders.total: {gt: 0, currency: usd}": lambda p: p.total("USD") > 0,
    "orders.total: {gt: 0, before: 90d}": lambda p: p.total(last=91) > 0,
    "orders.average: {gte: 50}": lambda p: _average(p) >= 50 if p.average() is not None else False,
    "orders.average: {lt: 50}": lambda p: _average(p) < 50 if p.average() is not None else False,
    "orders.average: {between: [10, 100.005]}": lambda p: (
        p.average() is not None and 10 <= _average(p) <= Decimal("100.005")
    ),
    "orders.first: {within: 90d}": lambda p: _ago(_first(p), 0, 90),
    "orders.first: {before: 90d}": lambda p: _ago(_first(p), 91, EVER),
    "orders.last: {within: 30d}": lambda p: _ago(_last(p), 0, 30),
    "orders.last: {before: 30d}": lambda p: _ago(_last(p), 31, EVER),
    "orders.last: {before: 30d, within: 180d}": lambda p: _ago(_last(p), 31, 180),
    "orders.last: {before: 0d}": lambda p: _ago(_last(p), 1, EVER),
    "orders.last: {within: usual}": lambda p: _quiet(p, None, USUAL),
    "orders.last: {before: lapsing, within: lapsed}": lambda p: _quiet(p, LAPSING, LAPSED),
    "orders.last: {before: lapsed}": lambda p: _quiet(p, LAPSED, None),
    "orders.count: {gte: 2, within: lapsed}": lambda p: (
        len(p.orders(lapse(p.book, p.as_of)[LAPSED])) >= 2
    ),
    "orders.comeback: {within: 90d}": lambda p: _ago(
        p.comeback(lapse(p.book, p.as_of)[LAPSED]), 0, 90
    ),
    "orders.comeback: {before: 30d}": lambda p: _ago(
        p.comeback(lapse(p.book, p.as_of)[LAPSED]), 31, EVER
    ),
    "all: [{top: 30%, by: orders.total}]": lambda p: first_share(p, 30, Person.total),
    "all: [{top: 10%, by: orders.total, within: 365d, currency: EUR}]": lambda p: first_share(
        p, 10, lambda one: one.total(first=365)
    ),
    "all: [{top: 20%, by: orders.count}]": lambda p: first_share(p, 20, lambda q: len(q.orders())),
    "orders.product: beans": lambda p: "beans" in p.products(),
    "orders.product: {in: [MUG, FILTER-4], within: 90d}": lambda p: bool(
        p.products(90) & {"mug", "filter-4"}
    ),
    "orders.channel: shop": lambda p: any(row["channel"] == "Shop" for row in p.orders()),
    "cases: {open: true, category: complaint}": lambda p: bool(p.cases("complaint", True)),
    "cases: complaint": lambda p: bool(p.cases("complaint")),
    "cases: true": lambda p: bool(p.cases()),
    "cases: false": lambda p: not p.cases(),
    "cases: {open: false, within: 90d}": lambda p: bool(p.cases(undone=False, first=90)),
    "cases: {priority: high, before: 30d}": lambda p: any(
        row["priority"] == "high" for row in p.cases(last=31)
    ),
    "cases.count: 0": lambda p: not p.cases(),
    "cases.count: {gte: 1, open: true}": lambda p: bool(p.cases(undone=True)),
    "cases.count: {eq: 1, category: Question, within: 365d}": lambda p: (
        len(p.cases("question", first=365)) == 1
    ),
    "cases.last: {within: 90d}": lambda p: _ago(_last_case(p), 0, 90),
    "cases.last: {before: 90d}": lambda p: _ago(_last_case(p), 91, EVER),
    "orders.channel: {eq: web, before: 90d}": lambda p: any(
        row["channel"] == "web" for row in p.orders(last=91)
    ),
    "points: {gte: 100}": lambda p: p.points() >= 100,
    "points: 0": lambda p: p.points() == 0,
    "points: {lt: 0}": lambda p: p.points() < 0,
    "points: {between: [1, 10]}": lambda p: 1 <= p.points() <= 10,
}
