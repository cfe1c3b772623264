"""YAML to a rule: what joins conditions, and everything wrong collected on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecrm_cli.core.errors import DataError, Place
from ecrm_cli.core.yamlfile import Document
from ecrm_cli.segments.complaints import EmptyAny, NotACondition, NotAList, SideBySide
from ecrm_cli.segments.model import All, AnyOf, Named, Not, Part
from ecrm_cli.segments.ranking import TOP, read_ranking
from ecrm_cli.segments.wording import described, read_condition

DESCRIPTION, WHY = "description", "why"

# Returns the tree of another segment; raises DataError.
Naming = Callable[[str, Place], Part]
Path = tuple[str | int, ...]


def read_rule(document: Document, naming: Naming) -> tuple[Part | None, list[DataError]]:
    """Return a document's rule and what is wrong with it; with anything wrong there is no rule."""
    reader = _Reader(document, naming)
    data = document.data
    if isinstance(data, dict):
        data = {key: value for key, value in data.items() if key not in (DESCRIPTION, WHY)}
    part = reader.part(data, ())
    return (None if reader.problems else part), reader.problems


def said_of(document: Document, key: str) -> str:
    """Return what a segment says of itself under ``description`` or ``why``, on one line."""
    said = document.data.get(key) if isinstance(document.data, dict) else None
    return " ".join(str(said).split()) if said is not None else ""


class _Reader:
    def __init__(self, document: Document, naming: Naming) -> None:
        self.document = document
        self.naming = naming
        self.problems: list[DataError] = []

    def part(self, data: Any, path: Path) -> Part | None:
        """Read one condition, or one word that joins several."""
        try:
            return self._part(data, path)
        except DataError as problem:
            self.problems.append(problem)
            return None

    def _part(self, data: Any, path: Path) -> Part | None:
        place = self.document.place(*path)
        if not isinstance(data, dict) or not data:
            raise NotACondition(described(data), place)
        if TOP in data:
            return read_ranking(self.document, path, data)
        if len(data) > 1:
            raise SideBySide(list(data), place)
        key, value = next(iter(data.items()))
        inner = (*path, key)
        if key in ("all", "any"):
            return self._joined(key, value, inner)
        if key == "not":
            part = self.part(value, inner)
            return None if part is None else Not(part)
        if key == "segment":
            return self._named(value, inner)
        return read_condition(self.document, inner, value)

    def _joined(self, word: str, data: Any, path: Path) -> Part:
        place = self.document.place(*path)
        if not isinstance(data, list):
            raise NotAList(word, place)
        if word == "any" and not data:
            raise EmptyAny(place)
        read = (self.part(item, (*path, index)) for index, item in enumerate(data))
        parts = tuple(part for part in read if part is not None)
        return All(parts) if word == "all" else AnyOf(parts)

    def _named(self, data: Any, path: Path) -> Part:
        place = self.document.place(*path)
        names = data if isinstance(data, list) and data else [data]
        for name in names:
            if not isinstance(name, str):
                raise NotACondition(described(name), place)
        parts = tuple(Named(name, self.naming(name, place)) for name in names)
        return parts[0] if len(parts) == 1 else AnyOf(parts)
