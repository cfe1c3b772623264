"""JSON arrays and NDJSON: each object a record, nested objects as dotted columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ecrm_cli.intake.readers.record import Record, TextFile, Unreadable

# Numbers stay as they are written; what JSON can say and the reader cannot hold is refused.
NUMBERS: dict[str, Any] = {"parse_float": str, "parse_int": str}
TOO_MUCH = (json.JSONDecodeError, RecursionError)
_NO_TEXT = re.compile("[\\x00\\ud800-\\udfff]")


@dataclass(frozen=True)
class _Found:
    line: int
    fields: dict[str, str]
    raw: str
    fault: str = ""


def is_objects(text: TextFile) -> bool:
    """Whether the text begins as JSON does."""
    with text.path.open(encoding="utf-8-sig") as lines:
        head = next((line.strip() for line in lines if line.strip()), "")
    return head.startswith(("{", "["))


def header_of(text: TextFile) -> tuple[str, ...]:
    """Return every field that any object has, in the order first seen."""
    names: dict[str, None] = {}
    for found in _objects(text):
        names.update(dict.fromkeys(found.fields))
    return tuple(names)


def records(text: TextFile, header: tuple[str, ...]) -> Iterator[Record]:
    """Yield one record an object; absent fields are empty cells."""
    for found in _objects(text):
        cells = [found.fields.get(name, "") for name in header]
        yield Record(found.line, cells, found.fault, found.raw)


def _objects(text: TextFile) -> Iterator[_Found]:
    with text.path.open(encoding="utf-8-sig") as lines:
        whole = lines.read()
    yield from _array(text, whole) if whole.lstrip().startswith("[") else _lines(text, whole)


def _lines(text: TextFile, whole: str) -> Iterator[_Found]:
    first = True
    for number, line in enumerate(whole.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, **NUMBERS)
        except TOO_MUCH as error:
            if first:
                yield _understood(number, _single(text, whole), whole)
                return
            yield _Found(number, {}, line, f"this is not JSON ({_why(error)})")
            continue
        first = False
        yield _understood(number, value, line)


def _single(text: TextFile, whole: str) -> Any:
    """Return the one object that a file is, written over several lines."""
    try:
        return json.loads(whole, **NUMBERS)
    except TOO_MUCH as error:
        raise _broken(text, error) from None


def _broken(text: TextFile, error: Exception) -> Unreadable:
    line = error.lineno if isinstance(error, json.JSONDecodeError) else None
    return Unreadable(text.label, f"this is not JSON ({_why(error)}).", "Export it again.", line)


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "it is nested too deeply"


def _array(text: TextFile, whole: str) -> Iterator[_Found]:
    """Yield the objects of an array; those that share a line count on from it, each its own."""
    decoder = json.JSONDecoder(**NUMBERS)
    place = whole.index("[") + 1
    line = 1 + whole.count("\n", 0, place)
    number = 0
    while True:
        start = place
        while whole[place : place + 1].isspace() or whole[place : place + 1] == ",":
            place += 1
        line += whole.count("\n", start, place)
        if whole[place : place + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(whole, place)
        except TOO_MUCH as error:
            raise _broken(text, error) from None
        number = max(line, number + 1)
        yield _understood(number, value, whole[place:end])
        line += whole.count("\n", place, end)
        place = end


def _understood(line: int, value: Any, raw: str) -> _Found:
    if not isinstance(value, dict):
        return _Found(line, {}, raw, "this is not an object with fields")
    fields = dict(_flat("", value))
    if any(_NO_TEXT.search(name + cell) for name, cell in fields.items()):
        cells = {name: "" for name in fields if not _NO_TEXT.search(name)}
        return _Found(line, cells, raw, "there is a character that is no text")
    return _Found(line, fields, raw)


def _flat(prefix: str, value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, part in value.items():
        if isinstance(part, dict) and part and prefix.count(".") < 4 and name != "attributes":
            yield from _flat(f"{prefix}{name}.", part)
        elif isinstance(part, list) and all(isinstance(item, str | int) for item in part):
            yield prefix + name, ";".join(str(item) for item in part)
        elif part is not None:
            yield prefix + name, _cell(part)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
