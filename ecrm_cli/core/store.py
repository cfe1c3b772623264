"""The Store: a DuckDB connection whose statements have names, opened late and closed early."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecrm_cli.core.errors import Busy
from ecrm_cli.core.faults import NoStore, translated
from ecrm_cli.core.queries import Query, named

if TYPE_CHECKING:
    import duckdb
    import polars

Row = dict[str, Any]

# Files made by 1.5 and by 2.x must open in each other.
STORAGE_VERSION = "v1.5.0"


@dataclass(frozen=True)
class Opening:
    """How to open the database: for whom, how long to wait (seconds), with how much memory."""

    path: Path
    scratch: Path
    read_only: bool = False
    wait: float = 10.0
    memory: str = "640MB"
    actor: str = ""
    # Where lines wait that a writer settles.
    spool: Path | None = None
    # Where a rule or SQL of a user runs, the engine can reach no file of the machine.
    sealed: bool = True


class Store:
    """A connection with names: ``rows``, ``one``, ``run``, ``frame``, ``transaction``.

    Times go in as aware datetimes or naive UTC and come out aware, in UTC.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, opening: Opening) -> None:
        self._connection = connection
        self._depth = 0
        self.opening = opening
        self.actor = opening.actor

    def rows(self, name: str | Query, /, **params: object) -> list[Row]:
        """Return the rows of a query as dictionaries."""
        cursor = self._execute(name, params)
        names = [column[0] for column in cursor.description or ()]
        return [
            {key: _outward(value) for key, value in zip(names, values, strict=True)}
            for values in self._fetch(cursor)
        ]

    def rows_if_known(self, name: str | Query, /) -> list[Row] | None:
        """Return the rows of a query, or None where the database lacks what it reads."""
        import duckdb

        try:
            return self.rows(name)
        except duckdb.CatalogException:
            return None

    def one(self, name: str | Query, /, **params: object) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(name, **params)
        return found[0] if found else None

    def run(self, name: str | Query, /, **params: object) -> int:
        """Run a statement; return how many rows it wrote (0 where that means nothing)."""
        got = self._fetch(self._execute(name, params))
        return int(got[0][0]) if got and isinstance(got[0][0], int) else 0

    def frame(self, name: str | Query, /, **params: object) -> polars.DataFrame:
        """Return the rows of a query as a Polars frame, one typed column a field."""
        import polars

        statement = named(name) if isinstance(name, str) else name
        with translated(self.opening.path), _frames_kept_out():
            relation = self._connection.sql(statement.text, params=_inward(params) or None)
            return polars.DataFrame(relation)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen or not happen; an inner one joins the outer."""
        if self._depth:
            yield
            return
        self._control("BEGIN TRANSACTION")
        self._depth += 1
        try:
            yield
            self._control("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._depth -= 1

    def take_ids(self, noun: str, count: int = 1) -> int:
        """Reserve ``count`` numbers of ``noun``; return the one before the first.

        The counter row is also the guard: two writers of one noun conflict here.
        """
        self.run("core.take_ids", noun=noun, amount=count)
        row = self.one("core.last_id", noun=noun)
        if row is None:
            raise KeyError(noun)
        return int(row["last_id"]) - count

    def script(self, text: str) -> None:
        """Run several statements without parameters (a schema file)."""
        with translated(self.opening.path):
            self._connection.execute(text)

    def close(self) -> None:
        """Give the file back."""
        with translated(self.opening.path):
            self._connection.close()

    def _execute(
        self, name: str | Query, params: Mapping[str, object]
    ) -> duckdb.DuckDBPyConnection:
        statement = named(name) if isinstance(name, str) else name
        with translated(self.opening.path), _frames_kept_out():
            return self._connection.execute(statement.text, _inward(params) or None)

    def _fetch(self, cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
        with translated(self.opening.path):
            return cursor.fetchall()

    def _control(self, words: str) -> None:
        with translated(self.opening.path):
            self._connection.execute(words)

    def _roll_back(self) -> None:
        import duckdb

        try:
            self._connection.execute("ROLLBACK")
        except duckdb.Error:
            # The engine may have ended the transaction itself; closing the file settles it.
            self._connection.close()


def _inward(params: Mapping[str, object]) -> dict[str, object]:
    return {
        key: value.astimezone(UTC).replace(tzinfo=None)
        if isinstance(value, datetime) and value.tzinfo
        else value
        for key, value in params.items()
    }


def _outward(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def create_store(path: Path) -> None:
    """Make an empty database file that both DuckDB lines can open."""
    import duckdb

    with translated(path), duckdb.connect(":memory:") as connection:
        # The path cannot be a parameter of ATTACH; it is quoted as a literal.
        quoted = str(path).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS book (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("DETACH book")


@contextmanager
def open_store(opening: Opening) -> Iterator[Store]:
    """Open the database, waiting for whoever holds it; close it on the way out.

    Raises Busy, NoStore, DamagedStore, DiskFull.
    """
    if not opening.path.exists():
        raise NoStore(opening.path)
    store = Store(_connect(opening), opening)
    try:
        yield store
    except BaseException:
        _close_quietly(store)
        raise
    store.close()


def _close_quietly(store: Store) -> None:
    import duckdb

    try:
        store._connection.close()
    except duckdb.Error:
        # The first error is the one to tell; a close that fails after it adds nothing.
        return


def _connect(opening: Opening) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + opening.wait
    while True:
        try:
            with translated(opening.path, opening.wait):
                return _configured(opening)
        except Busy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(random.uniform(0.02, 0.1))  # noqa: S311 - jitter, not a secret


def _configured(opening: Opening) -> duckdb.DuckDBPyConnection:
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": opening.memory,
        "preserve_insertion_order": False,
        "temp_directory": str(opening.scratch),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(str(opening.path), read_only=opening.read_only, config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    if opening.sealed:
        # Given with the rest these would be applied first and forbid the folder for spilling.
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


@contextmanager
def _frames_kept_out() -> Iterator[None]:
    """Let the engine find pandas, numpy and pyarrow absent when it looks for them.

    It looks whenever it is given a parameter, and where they are installed it loads them: longer
    than most commands take. Elsewhere they can be imported as ever.
    """
    hidden = [name for name in ("pandas", "numpy", "pyarrow") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
