"""Named SQL: each room's ``.sql`` file, cut at its ``-- name:`` lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOMS = Path(__file__).parent.parent
_HEADER = re.compile(r"^-- name:\s*(\w+)\s*$", re.MULTILINE)
_COMMENT = re.compile(r"--[^\n]*")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_PARAMETER = re.compile(r"\$([a-z_]\w*)")


@dataclass(frozen=True)
class Query:
    """One statement with its name and the parameters it takes."""

    name: str
    text: str
    parameters: frozenset[str]


def query(name: str, text: str) -> Query:
    """Make a query of ``text``; its parameters are its ``$words`` outside literals."""
    bare = _LITERAL.sub("", _COMMENT.sub("", text))
    return Query(name, text, frozenset(_PARAMETER.findall(bare)))


@cache
def read_queries(room: str, file: str = "queries.sql") -> dict[str, Query]:
    """Return the queries of a room's file by their short names; an absent file has none.

    Raises ValueError when a name is used twice.
    """
    path = ROOMS / room / file
    if not path.exists():
        return {}
    parts = _HEADER.split(path.read_text(encoding="utf-8"))
    found: dict[str, Query] = {}
    for short, text in zip(parts[1::2], parts[2::2], strict=True):
        if short in found:
            raise ValueError(f"{path}: {short} is named twice")
        found[short] = query(f"{room}.{short}", text.strip().rstrip(";"))
    return found


def named(name: str) -> Query:
    """Return the query ``room.short``; raises KeyError when there is none."""
    room, _, short = name.partition(".")
    return read_queries(room)[short]
