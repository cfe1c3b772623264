"""Where a person is in the book, and that every room finds, moves and forgets them there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_cli.core.queries import Query, query
from ecrm_cli.core.store import Row, Store
from tests.door import NOW
from tests.house.book import Table, family, tables, writers

ANA, BEN = 1, 2
NAMES = {ANA: "ana", BEN: "ben"}
# From the top down, so that what is found by an address is found before the address goes.
LADDER = (
    "intake", "loyalty", "segments", "cases", "orders", "outbox", "consent", "contacts", "audit",
)  # fmt: skip
COLUMNS = query("house.columns_of", """
    SELECT column_name, data_type FROM duckdb_columns()
    WHERE schema_name = 'main' AND table_name = $table_name ORDER BY column_index
""")  # fmt: skip

# Columns of text that hold a word of ours or a number of the shop, never a person.
PLAIN = {
    "source", "actor", "channel", "topic", "status", "basis", "kind", "reason", "currency",
    "number", "origin", "table_name", "column_name", "action", "command", "digest", "previous",
    "chain", "nonce", "variant", "sender_id", "account", "rule", "phase", "priority", "category",
    "assignee",
}  # fmt: skip


def value_of(who: int, table: str, column: str, kind: str) -> Any:
    """Return what stands in a column of a person's row; free text carries the person's name."""
    name = NAMES[who]
    known = {
        ("identity", "kind"): "email",
        ("identity", "value"): f"{name}@example.org",
        ("suppression", "channel"): "email",
        ("suppression", "address"): f"{name}@example.org",
        ("contact_tag", "action"): "add",
        ("consent_event", "status"): "granted",
        ("audit_entry", "payload"): json.dumps({"contacts": [who], "tag": f"tag of {name}"}),
        ("ledger_entry", "kind"): "earn",
        ("import_change", "table_name"): "orders",
        ("import_reject", "raw"): f"{name}@example.org,{name} in a reject",
    }
    if (table, column) in known:
        return known[table, column]
    if column == "contact_id":
        return who
    if kind in ("VARCHAR", "JSON"):
        words = "a word" if column in PLAIN else f"{name} in {table}.{column}"
        return json.dumps({"contact_id": who, "words": words}) if kind == "JSON" else words
    plain = {"TIMESTAMP": NOW, "DATE": date(1990, 5, 21), "BOOLEAN": column.startswith("is_")}
    return plain.get(kind, Decimal(who) if kind.startswith("DECIMAL") else who)


def personal() -> list[Table]:
    """Return the tables where people can be."""
    return [table for table in tables() if table.personal not in (None, "none")]


@pytest.fixture
def book(store: Store) -> Store:
    """A store in which Ana and Ben have a row in every table where people can be."""
    for table in personal():
        columns = {row["column_name"]: row["data_type"] for row in _columns(store, table.name)}
        names, marks = ", ".join(columns), ", ".join(f"${name}" for name in columns)
        insert = query("house.fill", f"INSERT INTO {table.name} ({names}) VALUES ({marks})")
        for who in NAMES:
            values = {name: value_of(who, table.name, name, columns[name]) for name in columns}
            assert store.run(insert, **values) == 1
    return store


def _columns(store: Store, table: str) -> list[Row]:
    return store.rows(COLUMNS, table_name=table)


def ask(store: Store, asked: Query, **more: object) -> list[Row]:
    """Run one of the rooms' personal queries with the parameters it takes."""
    given: dict[str, object] = {"now": NOW, "actor": "tester", **more}
    assert asked.parameters <= given.keys(), f"{asked.name} wants {sorted(asked.parameters)}"
    return store.rows(asked, **{name: given[name] for name in asked.parameters})


def asked_of(verb: str) -> Iterator[Query]:
    """Yield every query of a verb, from the top of the ladder down."""
    for room in LADDER:
        yield from family(room, verb)


def said_of(store: Store, name: str) -> list[str]:
    """Return ``table: row`` for every row in which a person's name stands."""
    found = []
    for table in tables():
        for row in store.rows(query("house.all", f"FROM {table.name}")):
            if name in str(row).lower():
                found.append(f"{table.name}: {row}")
    return found


def test_the_ladder_here_holds_every_room_with_people() -> None:
    assert {room for table in personal() for room in writers()[table.name]} <= set(LADDER)


def test_both_people_are_in_every_table_before(book: Store) -> None:
    for name in NAMES.values():
        assert {line.partition(":")[0] for line in said_of(book, name)} >= {
            "contact", "identity", "contact_change", "contact_tag", "suppression", "audit_entry",
            "import_reject", "import_change",
        }  # fmt: skip


def test_a_forgotten_person_is_nowhere_and_the_other_is_untouched(book: Store) -> None:
    ben = said_of(book, "ben")
    for each in asked_of("forget"):
        ask(book, each, contact_id=ANA)
    assert said_of(book, "ana") == []
    assert said_of(book, "ben") == ben


def test_a_merged_persons_rows_are_the_survivors(book: Store) -> None:
    for each in asked_of("repoint"):
        ask(book, each, survivor=ANA, merged=BEN)
    for table in personal():
        if "contact_id" in str(table.personal) and table.name != "contact":
            rows = book.rows(query("house.all", f"FROM {table.name}"))
            assert [row["contact_id"] for row in rows] == [ANA, ANA], table.name


def test_a_person_is_handed_all_that_is_kept_of_them_and_nothing_of_others(book: Store) -> None:
    handed = str([ask(book, each, contact_id=ANA) for each in asked_of("export")]).lower()
    kept = set(re.findall(r"ana in [\w. ]+", str(said_of(book, "ana"))))
    assert len(kept) > len(personal())
    assert kept - set(re.findall(r"ana in [\w. ]+", handed)) == set()
    assert "ana@example.org" in handed
    assert "ben" not in handed


def test_a_timeline_tells_when_where_and_what(book: Store) -> None:
    told = [row for each in asked_of("timeline") for row in ask(book, each, contact_id=ANA)]
    assert {"contacts", "consent", "orders"} <= {row["room"] for row in told}
    for row in told:
        assert row.keys() == {"occurred_at", "room", "what", "detail"}
        assert isinstance(row["occurred_at"], datetime)
        assert row["what"]
        assert "ben" not in str(row)
