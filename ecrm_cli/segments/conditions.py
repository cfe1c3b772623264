"""What can be asked: every room's ``conditions.sql``, its header lines read into typed form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ecrm_cli.core.queries import ROOMS, Query, read_queries

FILE = "conditions.sql"
PRESENT = "present"
TAKES = ("text", "word", "number", "money", "date", "birthday", "time", "attribute", "nothing")
# What the compiler fills in for every condition, and what people may add where a statement asks.
LAPSED = "lapsed"
GIVEN = frozenset({"as_of", "today", "zone", "field", LAPSED})
PERIOD = frozenset({"from_utc", "to_utc"})
CURRENCY = "currency"
_HEADER = re.compile(r"^-- (field|takes|value|argument|short|seen):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Field:
    """A word that people write, one line about it, and an example of its use."""

    name: str
    about: str
    example: str


@dataclass(frozen=True)
class Argument:
    """A word that narrows a condition. ``choices`` empty: any text; ``default`` None: left open."""

    name: str
    choices: tuple[str, ...]
    default: str | None
    required: bool = False


@dataclass(frozen=True)
class Condition:
    """A named statement that returns contact_id and seen, and how people ask for it."""

    query: Query
    fields: tuple[Field, ...]
    takes: str
    value: Argument | None = None
    arguments: tuple[Argument, ...] = ()
    short: str | None = None
    many: bool = False

    @property
    def has_period(self) -> bool:
        """Whether within, before and between choose among its facts."""
        return self.query.parameters >= PERIOD

    @property
    def needs_gap(self) -> bool:
        """Whether it is asked with the shop's own limit of days."""
        return LAPSED in self.query.parameters

    @property
    def in_money(self) -> bool:
        """Whether it is asked in one currency."""
        return CURRENCY in self.query.parameters


@cache
def catalogue() -> dict[str, Condition]:
    """Return every field that can be asked with its condition, in the order of the rooms' files.

    Raises ValueError when a header is wrong or a field is declared twice.
    """
    found: dict[str, Condition] = {}
    for room in rooms():
        for short, statement in read_queries(room, FILE).items():
            if short == PRESENT:
                continue
            condition = declared(statement)
            for field in condition.fields:
                if field.name in found:
                    raise ValueError(f"{statement.name}: {field.name} is declared twice")
                found[field.name] = condition
    return found


def presence() -> list[Query]:
    """Return the statements that say who is known by a fact of a room."""
    asked = (read_queries(room, FILE).get(PRESENT) for room in rooms())
    return [statement for statement in asked if statement is not None]


def rooms() -> list[str]:
    """Return the rooms that can be asked."""
    return sorted(path.parent.name for path in ROOMS.glob(f"*/{FILE}"))


def declared(statement: Query) -> Condition:
    """Read the header lines of a condition. Raises ValueError naming the statement."""
    lines = _HEADER.findall(statement.text)
    arguments = tuple(_argument(text, statement) for word, text in lines if word == "argument")
    condition = Condition(
        query=statement,
        fields=tuple(_field(text, statement) for word, text in lines if word == "field"),
        takes=_only(lines, "takes"),
        value=next((_argument(text, statement) for word, text in lines if word == "value"), None),
        arguments=arguments,
        short=_only(lines, "short") or None,
        many=_only(lines, "seen") == "many",
    )
    _check(condition)
    return condition


def _only(lines: Iterable[tuple[str, str]], word: str) -> str:
    return next((text.strip() for name, text in lines if name == word), "")


def _field(text: str, statement: Query) -> Field:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"{statement.name}: field: {text!r} is not key | about | example")
    return Field(*parts)


def _argument(text: str, statement: Query) -> Argument:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 3 or not parts[0] or not parts[2]:
        raise ValueError(f"{statement.name}: {text!r} is not key | words | default")
    name, words, default = parts
    choices = tuple(word.strip() for word in words.split(",") if word.strip())
    open_ = default in ("required", "any")
    return Argument(name, choices, None if open_ else default, default == "required")


def _check(condition: Condition) -> None:
    names = {argument.name for argument in condition.arguments}
    asked = condition.query.parameters - GIVEN - PERIOD - {CURRENCY}
    if not condition.fields or condition.takes not in TAKES:
        raise ValueError(f"{condition.query.name}: no field, or takes {condition.takes!r}")
    if names != asked:
        raise ValueError(f"{condition.query.name}: arguments {sorted(names ^ asked)} do not match")
    if condition.short is not None and condition.short not in names:
        raise ValueError(f"{condition.query.name}: short: {condition.short} is no argument")
