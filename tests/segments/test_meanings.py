"""Every condition means what plain Python says it means, on a generated book."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.consent import ops as consent
from ecrm_cli.core.store import Opening, Store, open_store
from ecrm_cli.segments import explaining, library, ops
from ecrm_cli.segments.conditions import catalogue
from ecrm_cli.segments.model import Asking, leaves
from tests.segments.book import Book, generated
from tests.segments.meanings import MEANINGS
from tests.segments.persons import Person, people

NOWHERE = Path("segments")
SEED = 7
# One on each half of the globe: clocks change in opposite directions.
ZONES = ("Europe/Belgrade", "America/Santiago")
DAYS = (date(2026, 11, 20), date(2026, 10, 21), date(2025, 11, 20))
quiet = settings(derandomize=True, deadline=None, max_examples=20)

Made = tuple[Store, Book]


@pytest.fixture(scope="module", params=ZONES)
def made(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """A store with a generated book, in a zone on each half of the globe."""
    folder = tmp_path_factory.mktemp("book")
    shutil.copyfile(migrated_file, folder / "crm.duckdb")
    book = generated(SEED, request.param)
    with open_store(Opening(folder / "crm.duckdb", folder / "scratch", actor="tester")) as store:
        book.write(store)
        yield store, book


def asked(store: Store, rule: str, asking: Asking) -> set[int]:
    """Return the ids of a rule's members."""
    return {row["id"] for row in ops.members(store, library.inline(NOWHERE, rule, "test"), asking)}


def terms(book: Book, as_of: date) -> Asking:
    """Return the terms of the tests: euros, the book's zone."""
    return Asking(as_of, book.zone, "EUR", NOWHERE)


def ids(found: Iterator[Person]) -> set[int]:
    """Return the ids of people."""
    return {person.row["contact_id"] for person in found}


@cache
def meant(zone: str, rule: str, day: date) -> frozenset[int]:
    """Return whom plain Python finds in a rule."""
    found = people(generated(SEED, zone), day)
    return frozenset(ids(person for person in found if MEANINGS[rule](person)))


@pytest.mark.parametrize("rule", MEANINGS)
def test_a_condition_means_what_plain_python_says(made: Made, rule: str) -> None:
    store, book = made
    for day in DAYS if book.zone == ZONES[0] else DAYS[1:2]:
        assert asked(store, rule, terms(book, day)) == meant(book.zone, rule, day), day


def test_every_condition_has_a_meaning_and_the_book_tells_them_apart(made: Made) -> None:
    _store, book = made
    rules = {rule: library.inline(NOWHERE, rule, "test") for rule in MEANINGS}
    tried = {leaf.condition.query.name for rule in rules.values() for leaf in leaves(rule.part)}
    assert tried == {condition.query.name for condition in catalogue().values()}
    everybody = list(people(book, DAYS[0]))
    idle = [
        rule
        for rule, meaning in MEANINGS.items()
        if rule != "all: []" and len({meaning(person) for person in everybody}) == 1
    ]
    assert idle == []


def trees() -> st.SearchStrategy[object]:
    """Return rules as nested tuples of conditions and joining words."""
    leaf = st.sampled_from(sorted(MEANINGS))
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(("all", "any")), st.lists(inner, min_size=1, max_size=3)),
            st.tuples(st.just("not"), inner),
        ),
        max_leaves=6,
    )


def as_yaml(tree: object) -> str:
    """Write a tree as a rule in YAML on one line."""
    if isinstance(tree, str):
        return "{" + tree + "}"
    assert isinstance(tree, tuple)
    word, inner = tree
    if word == "not":
        return f"{{not: {as_yaml(inner)}}}"
    return f"{{{word}: [{', '.join(as_yaml(one) for one in inner)}]}}"


def whom(tree: object, zone: str, day: date) -> frozenset[int]:
    """Return whom a tree means, by the algebra of sets."""
    if isinstance(tree, str):
        return meant(zone, tree, day)
    assert isinstance(tree, tuple)
    word, inner = tree
    if word == "not":
        return meant(zone, "all: []", day) - whom(inner, zone, day)
    found = [whom(one, zone, day) for one in inner]
    return frozenset.intersection(*found) if word == "all" else frozenset.union(*found)


@quiet
@given(tree=trees(), day=st.sampled_from(DAYS))
def test_any_tree_is_the_algebra_of_its_conditions(made: Made, tree: object, day: date) -> None:
    store, book = made
    rule = library.inline(NOWHERE, as_yaml(tree), "test")
    assert asked(store, as_yaml(tree), terms(book, day)) == whom(tree, book.zone, day)
    assert ops.count(store, rule, terms(book, day)) == len(whom(tree, book.zone, day))


@quiet
@given(
    field=st.sampled_from(("orders.last", "orders.first")),
    days=st.integers(0, 800),
    day=st.dates(date(2025, 3, 1), date(2026, 11, 20)),
)
def test_within_and_before_are_complements_on_every_day(
    made: Made, field: str, days: int, day: date
) -> None:
    store, book = made
    within = asked(store, f"{field}: {{within: {days}d}}", terms(book, day))
    before = asked(store, f"{field}: {{before: {days}d}}", terms(book, day))
    buyers = ids(person for person in people(book, day) if person.orders())
    assert within | before == buyers
    assert within & before == set()


@pytest.mark.parametrize("zone", ["Europe/Belgrade", "America/New_York", "Asia/Beirut", "UTC"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 26)])
def test_days_are_those_of_the_zone_when_clocks_change(made: Made, zone: str, day: date) -> None:
    store, book = made
    elsewhere = Book(zone, book.tables)
    for days in (0, 30):
        wanted = ids(
            person
            for person in people(elsewhere, day)
            if any(person.days_ago(row["ordered_at"]) <= days for row in person.orders())
        )
        assert asked(store, f"orders.last: {{within: {days}d}}", terms(elsewhere, day)) == wanted


@pytest.mark.parametrize(
    "rule",
    [
        "all: [{orders.count: {gte: 1}}, {not: {tag: vip}}, {any: [{country: RS}, {has: phone}]}]",
        "reachable: offers",
        "not: {orders.total: {gt: 0, within: 90d}}",
    ],
)
def test_explain_says_of_everybody_what_members_says(made: Made, rule: str) -> None:
    store, book = made
    asking = terms(book, DAYS[1])
    read = library.inline(NOWHERE, rule, "test")
    everybody = [row["contact_id"] for row in book.rows("contact")]
    told = {
        contact_id
        for contact_id in everybody
        if explaining.explain(store, read, asking, contact_id)["member"]
    }
    assert told == asked(store, rule, asking)


def test_reachable_gives_the_answer_of_consent_and_its_reason(made: Made) -> None:
    store, book = made
    asking = terms(book, date(2026, 12, 1))
    for topic, channel in (("offers", "email"), ("news", "email"), ("offers", "phone")):
        answers: dict[str, set[int]] = {
            reason: set() for reason in ("yes", "no-address", "suppressed", "no-consent")
        }
        for row in book.rows("contact"):
            answer = consent.may_contact(store, row["contact_id"], channel, topic)
            answers[answer.reason or "yes"].add(row["contact_id"])
        for reason, found in answers.items():
            words = f"{{topic: {topic}, channel: {channel}, answer: {reason}}}"
            assert asked(store, f"reachable: {words}", asking) == found
