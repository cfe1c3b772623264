"""What the house tests read: every named statement, every table and what the schema says of it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecrm_cli.core.queries import ROOMS, Query, read_queries

SCHEMA = ROOMS / "schema"
FILES = ("queries.sql", "conditions.sql")
STANCES = {"contact_id", "address", "text", "files", "none"}
FOUR = ("repoint", "forget", "export", "timeline")

_COMMENT = re.compile(r"--[^\n]*")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_TABLE = re.compile(r"(?:^-- personal: ([\w ,|]+)\n)?^CREATE TABLE (\w+)", re.MULTILINE)
_VIEW = re.compile(r"^CREATE (?:OR REPLACE )?VIEW (\w+) AS\n(.*?);$", re.MULTILINE | re.DOTALL)
_STAGING = re.compile(r"\s*CREATE (OR REPLACE )?TEMP(ORARY)? ", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|TRUNCATE)\s+(?!SET\b)(\w+)", re.IGNORECASE
)
# In a MERGE, WHEN … THEN names no table of its own.
_BRANCH = re.compile(r"\bTHEN\s+(?:UPDATE|DELETE|INSERT)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A table of the schema, where it is written and where a person can be in it."""

    name: str
    file: str
    personal: str | None


@dataclass(frozen=True)
class Write:
    """A statement that changes a table: how (INSERT INTO, UPDATE, …), which, in which query."""

    how: str
    table: str
    room: str
    query: str


def bare(text: str) -> str:
    """Return a statement without its comments and literals."""
    return _LITERAL.sub("''", _COMMENT.sub("", text))


@cache
def rooms() -> tuple[str, ...]:
    """Return the rooms that have statements, core among them."""
    return tuple(sorted({path.parent.name for file in FILES for path in ROOMS.glob(f"*/{file}")}))


@cache
def room_queries(room: str) -> tuple[Query, ...]:
    """Return a room's statements, in the order of its files."""
    return tuple(found for file in FILES for found in read_queries(room, file).values())


def all_queries() -> Iterator[Query]:
    """Yield every named statement of the house."""
    for room in rooms():
        yield from room_queries(room)


@cache
def tables() -> tuple[Table, ...]:
    """Return every table that the schema files make."""
    return tuple(
        Table(name, path.name, personal or None)
        for path in sorted(SCHEMA.glob("*.sql"))
        for personal, name in _TABLE.findall(path.read_text(encoding="utf-8"))
    )


@cache
def views() -> dict[str, str]:
    """Return the text of every view that the schema files make; a later one takes its place."""
    return {
        name: bare(text)
        for path in sorted(SCHEMA.glob("*.sql"))
        for name, text in _VIEW.findall(path.read_text(encoding="utf-8"))
    }


def mentions(text: str, table: str) -> bool:
    """Say whether a statement names a table, itself or by a view over it."""
    words = set(re.findall(r"\w+", bare(text)))
    return table in words or any(
        view in words and mentions(below, table) for view, below in views().items()
    )


def is_staging(query: Query) -> bool:
    """Say whether a statement makes something that lives as long as the connection."""
    return _STAGING.match(bare(query.text)) is not None


@cache
def writes() -> tuple[Write, ...]:
    """Return every change of a table of the schema, by statement."""
    known = {table.name for table in tables()}
    return tuple(
        Write(how.upper(), target.lower(), query.name.partition(".")[0], query.name)
        for query in all_queries()
        for how, target in _WRITES.findall(_BRANCH.sub("", bare(query.text)))
        if target.lower() in known
    )


@cache
def writers() -> dict[str, set[str]]:
    """Return for each table of the schema the rooms that write it."""
    found: dict[str, set[str]] = defaultdict(set)
    for write in writes():
        found[write.table].add(write.room)
    return dict(found)


def family(room: str, verb: str) -> list[Query]:
    """Return a room's queries for ``forget``, ``repoint``, …: ``forget`` and every ``forget_x``."""
    return [
        query for query in room_queries(room) if re.fullmatch(rf"{room}\.{verb}(_\w+)?", query.name)
    ]


@cache
def sources() -> tuple[Path, ...]:
    """Return every Python file of the product."""
    return tuple(sorted(ROOMS.rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a source file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path) -> str:
    """Return a path as it is named in a failure."""
    return str(path.relative_to(ROOMS.parent))
