"""The data model is applied in order, once; a reader checks and never changes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ecrm_cli.core.migrations import (
    ChangedSchema,
    ForeignStore,
    NewerStore,
    OlderStore,
    SchemaFile,
    check_schema,
    migrate,
    schema_files,
)
from ecrm_cli.core.store import Opening, Store, create_store, open_store

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@contextmanager
def opened(path: Path, *, read_only: bool = False) -> Iterator[Store]:
    with open_store(Opening(path, path.parent, read_only=read_only)) as store:
        yield store


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "crm.duckdb"
    create_store(path)
    return path


@pytest.fixture
def migrated(book: Path) -> Path:
    with opened(book) as store:
        migrate(store, NOW)
    return book


def test_every_file_is_applied_in_order_with_its_checksum(book: Path) -> None:
    files = schema_files()
    with opened(book) as store:
        assert migrate(store, NOW) == [file.name for file in files]
        applied = store.rows("core.applied_files")
    assert sorted(row["number"] for row in applied) == list(range(1, len(files) + 1))
    for row in applied:
        text = next(file.text for file in files if file.name == row["name"])
        assert row["checksum"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_second_time_applies_nothing(migrated: Path) -> None:
    with opened(migrated) as store:
        assert migrate(store, NOW) == []


def test_a_reader_takes_a_current_database_and_refuses_an_older_one(
    migrated: Path, tmp_path: Path
) -> None:
    with opened(migrated, read_only=True) as store:
        assert check_schema(store) is None  # type: ignore[func-returns-value]
    empty = tmp_path / "older.duckdb"
    create_store(empty)
    before = empty.read_bytes()
    with opened(empty, read_only=True) as store, pytest.raises(OlderStore, match="0001"):
        check_schema(store)
    assert empty.read_bytes() == before


def test_a_database_of_a_newer_program_is_refused_in_words(migrated: Path) -> None:
    with opened(migrated) as store:
        store.run("core.record_file", number=99, name="0099_x.sql", checksum="c", applied_at=NOW)
    with opened(migrated) as store, pytest.raises(NewerStore, match=r"newer ecrm.*0099") as caught:
        migrate(store, NOW)
    assert caught.value.code == 3
    with opened(migrated, read_only=True) as store, pytest.raises(NewerStore):
        check_schema(store)


def test_a_changed_schema_file_is_said(migrated: Path) -> None:
    first, *rest = schema_files()
    with opened(migrated) as store, pytest.raises(ChangedSchema, match=first.name):
        migrate(store, NOW, [replace(first, checksum="other"), *rest])


def test_a_file_that_fails_leaves_nothing_behind(migrated: Path) -> None:
    bad = SchemaFile(99, "0099_bad.sql", "CREATE TABLE half (a INTEGER); SELECT nonsense;", "c")
    with opened(migrated) as store, pytest.raises(duckdb.Error):
        migrate(store, NOW, [*schema_files(), bad])
    with duckdb.connect(str(migrated)) as connection:
        tables = connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()
    assert ("half",) not in tables
    with opened(migrated, read_only=True) as store:
        assert len(store.rows("core.applied_files")) == len(schema_files())


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE theirs (a INTEGER)")
    with opened(path) as store, pytest.raises(ForeignStore, match="not one of ecrm"):
        migrate(store, NOW)
