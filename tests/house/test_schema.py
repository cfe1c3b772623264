"""What every table and column must be."""

from __future__ import annotations

import re

import pytest

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from tests.house.book import (
    FOUR,
    SCHEMA,
    STANCES,
    Table,
    all_queries,
    bare,
    family,
    mentions,
    rooms,
    tables,
    writers,
    writes,
)

# DuckDB tells more kinds of keyword; these three do not parse unquoted in some place.
KEYWORDS = query("house.keywords", """
    SELECT lower(keyword_name) AS word FROM duckdb_keywords()
    WHERE keyword_category IN ('reserved', 'type_function', 'column_name')
""")  # fmt: skip
COLUMNS = query("house.columns", """
    SELECT table_name, column_name, data_type FROM duckdb_columns()
    WHERE schema_name = 'main' AND NOT internal
""")  # fmt: skip
CONSTRAINTS = query("house.constraints", """
    SELECT table_name, constraint_type FROM duckdb_constraints()
    WHERE constraint_type <> 'NOT NULL' AND NOT starts_with(table_name, 'duckdb_')
""")  # fmt: skip
ENGINE_OWN = r"\b(PRIMARY KEY|UNIQUE|FOREIGN KEY|REFERENCES|CHECK|CREATE (UNIQUE )?INDEX|SEQUENCE" \
    r"|nextval|ENUM|GENERATED|ON CONFLICT|OR REPLACE INTO|RETURNING)\b"  # fmt: skip

# What happened is added to, never rewritten; only erasure and a merge of two people may touch it.
FACTS = {
    "consent_event", "suppression", "contact_tag", "refund", "audit_entry", "case_event", "event",
    "ledger_entry",
}  # fmt: skip


def test_the_schema_has_every_table_that_its_files_make(store: Store) -> None:
    made = {row["table_name"] for row in store.rows(COLUMNS)}
    assert {table.name for table in tables()} <= made


def test_no_table_or_column_is_a_keyword(store: Store) -> None:
    keywords = {row["word"] for row in store.rows(KEYWORDS)}
    named = {row["table_name"] for row in store.rows(COLUMNS)}
    named |= {row["column_name"] for row in store.rows(COLUMNS)}
    assert {"select", "order", "join"} <= keywords
    assert not keywords & {name.lower() for name in named}


def test_no_column_or_statement_has_a_time_zone(store: Store) -> None:
    zoned = [row for row in store.rows(COLUMNS) if "TIME ZONE" in row["data_type"]]
    assert zoned == []
    texts = {path.name: path.read_text(encoding="utf-8") for path in SCHEMA.glob("*.sql")}
    texts |= {query.name: query.text for query in all_queries()}
    pattern = re.compile(r"\b(TIMESTAMPTZ|WITH TIME ZONE|TIMETZ)\b", re.IGNORECASE)
    assert [name for name, text in texts.items() if pattern.search(bare(text))] == []


def test_nothing_leans_on_the_engine_for_keys(store: Store) -> None:
    assert store.rows(CONSTRAINTS) == []
    texts = {path.name: path.read_text(encoding="utf-8") for path in SCHEMA.glob("*.sql")}
    texts |= {query.name: query.text for query in all_queries()}
    pattern = re.compile(ENGINE_OWN, re.IGNORECASE)
    assert [name for name, text in texts.items() if pattern.search(bare(text))] == []


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_table_says_where_a_person_can_be_in_it(table: Table) -> None:
    assert table.personal is not None, f"{table.name} has no '-- personal:' line above it"
    assert set(re.split(r"[ ,|]+", table.personal)) <= STANCES


def test_a_table_with_a_contact_in_it_says_so(store: Store) -> None:
    stances = {table.name: table.personal or "" for table in tables()}
    with_contact = {
        row["table_name"]
        for row in store.rows(COLUMNS)
        if row["column_name"] == "contact_id" and row["table_name"] in stances
    }
    assert with_contact == {name for name, said in stances.items() if "contact_id" in said}


def test_every_table_has_one_writer() -> None:
    assert {name: found for name, found in writers().items() if len(found) != 1} == {}


def test_every_table_is_written_by_somebody() -> None:
    assert {table.name for table in tables()} - writers().keys() == set()


def test_facts_are_never_rewritten() -> None:
    rewritten = [
        write
        for write in writes()
        if write.table in FACTS
        and write.how != "INSERT INTO"
        and not re.match(r"(forget|repoint)(_|$)", write.query.partition(".")[2])
    ]
    assert rewritten == []


@pytest.mark.parametrize(
    "table", [t for t in tables() if t.personal != "none"], ids=lambda t: t.name
)
@pytest.mark.parametrize("verb", FOUR)
def test_a_table_with_people_is_covered_by_its_room(table: Table, verb: str) -> None:
    name, stance = table.name, str(table.personal)
    owner = next(iter(writers()[name]))
    found = family(owner, verb)
    if verb in ("repoint", "timeline") and "contact_id" not in stance:
        return
    assert found, f"{owner} writes {name}, where people are, and has no query {verb}"
    if verb != "timeline":
        mentioned = any(mentions(query.text, name) for query in found)
        # The contact itself is not repointed: it is what the others point at.
        assert mentioned or (verb, name) == ("repoint", "contact"), f"{owner}.{verb} skips {name}"


def test_there_are_rooms_to_look_at() -> None:
    assert {"core", "audit", "contacts"} <= set(rooms())
