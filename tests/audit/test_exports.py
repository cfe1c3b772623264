"""Exports leave a line while the store is only read; the next writer takes it into the chain."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ecrm_cli.audit import chain, exports, ops
from ecrm_cli.core import spool
from ecrm_cli.core.app import App
from ecrm_cli.core.output import Output, View
from ecrm_cli.core.store import Opening, Store, open_store


@pytest.fixture
def book(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    """A store with a spool beside it."""
    path = tmp_path / "crm.duckdb"
    shutil.copyfile(migrated_file, path)
    opening = Opening(path, tmp_path / "scratch", actor="tester", spool=tmp_path / "spool")
    with open_store(opening) as opened:
        yield opened


def leave(store: Store, moment: datetime, command: str = "contact list") -> None:
    assert store.opening.spool is not None
    line = {"command": command, "actor": "reader", "payload": {"contacts": [1]}}
    spool.append(store.opening.spool, ops.EXPORTS, line, moment)


def test_an_export_is_chained_before_the_entry_that_found_it(book: Store, now: datetime) -> None:
    leave(book, now - timedelta(hours=1))
    ops.record(book, now, "contact add", {"contacts": [2]})
    added, exported = ops.list_entries(book)
    assert (added["command"], added["actor"], added["at"]) == ("contact add", "tester", now)
    assert (exported["command"], exported["actor"]) == ("contact list", "reader")
    assert exported["at"] == now - timedelta(hours=1)
    assert exported["payload"] == {"contacts": [1]}
    assert chain.verify(book) == []


def test_an_export_is_chained_once(book: Store, now: datetime) -> None:
    leave(book, now)
    for _ in range(2):
        ops.record(book, now, "contact add", {})
    commands = [row["command"] for row in ops.list_entries(book)]
    assert commands == ["contact add", "contact add", "contact list"]


def test_an_export_waits_when_the_change_that_found_it_fails(book: Store, now: datetime) -> None:
    def failing() -> None:
        with book.transaction():
            ops.record(book, now, "contact add", {})
            raise RuntimeError

    leave(book, now)
    with pytest.raises(RuntimeError):
        failing()
    assert list(ops.list_entries(book)) == []
    ops.record(book, now, "contact add", {})
    assert [row["command"] for row in ops.list_entries(book)] == ["contact add", "contact list"]


def test_lines_that_cannot_be_read_are_chained_as_lost(book: Store, now: datetime) -> None:
    leave(book, now)
    assert book.opening.spool is not None
    with (book.opening.spool / f"{ops.EXPORTS}.ndjson").open("a") as handle:
        handle.write('{"half a line\n"no object"\n')
    ops.record(book, now, "contact add", {})
    rows = {row["command"]: row["payload"] for row in ops.list_entries(book)}
    assert rows["audit lost-exports"] == {"lines": 2}
    assert "contact list" in rows


def test_a_line_that_lacks_its_words_does_not_stop_the_writer(book: Store, now: datetime) -> None:
    assert book.opening.spool is not None
    spool.append(book.opening.spool, ops.EXPORTS, {"odd": True}, now)
    ops.record(book, now, "contact add", {})
    assert ops.last_id(book) == 2
    assert chain.verify(book) == []


def noted(app: App, out: Output) -> int:
    exports.note(replace(app, out=out), "contact list")
    before = _entries(app)
    exports.settle_waiting(app)
    return _entries(app) - before


@pytest.mark.parametrize(
    ("view", "left"),
    [(View(), 0), (View(format="json"), 1), (View(out=Path("people.csv")), 1)],
)
def test_a_table_is_for_reading_and_other_formats_are_exports(
    app: App, view: View, left: int
) -> None:
    assert noted(app, Output(view, stdout=io.StringIO())) == left


def test_a_table_written_into_a_file_is_an_export(app: App, tmp_path: Path) -> None:
    with (tmp_path / "people.txt").open("w") as handle:
        assert noted(app, Output(View(), stdout=handle)) == 1


def _entries(app: App) -> int:
    with app.reading() as store:
        return ops.last_id(store)
