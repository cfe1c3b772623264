"""A YAML document as a typed value: msgspec finds what is wrong, the document knows where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.yamlfile import Document
from ecrm_cli.core.yamltext import KeyPath

T = TypeVar("T")

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<where>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(.+)`")
_MISSING = re.compile(r"missing required field `(.+)`")
_BOUND = re.compile(r"^Expected `(\w+)` (of length )?(>=|>|<=|<) (\S+)$")
_KINDS = re.compile(r"^Expected `(.+)`, got `(\w+)`$")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "str": "text",
    "array": "a list",
    "object": "a block of keys",
    "null": "empty",
}
_BOUNDS = {">=": "{} or more", ">": "more than {}", "<=": "{} or less", "<": "less than {}"}


class UnknownKey(DataError):
    """A key that nothing reads."""


class WrongValue(DataError):
    """A value of another kind than its key takes, or out of its bounds."""


class MissingKey(DataError):
    """A key that has no default is not there."""


def convert(document: Document, kind: type[T]) -> T:
    """Return the document's data as ``kind``; an empty key means its default.

    Raises UnknownKey, WrongValue or MissingKey with file, line and key.
    """
    data = {} if document.data is None else document.data
    while True:
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            what, path = _located(str(error), data, kind)
            if what.endswith("got `null`") and path and isinstance(path[-1], str):
                data = _without(data, path)
                continue
            raise _in_words(document, what, path, kind) from None


def _located(message: str, data: Any, kind: Any) -> tuple[str, KeyPath]:
    found = _AT.match(message)
    if found is None:
        return message, ()
    path: KeyPath = ()
    rest, here = found["where"] or "", data
    while rest:
        if rest.startswith("[...]"):
            # The name of a key in an open mapping is not told: look for the one that is wrong.
            step: str | int = _culprit(message, data, path, kind)
            rest, data = rest[5:], _replaced(data, path, {step: here[step]})
        else:
            step, rest = _step(rest, here)
        path, here = (*path, step), here[step]
    return found["what"], path


def _step(rest: str, here: Any) -> tuple[str | int, str]:
    if rest.startswith("["):
        number, _, rest = rest[1:].partition("]")
        return int(number), rest
    names = [name for name in here if re.match(re.escape(f".{name}") + r"(?=[.\[]|$)", rest)]
    name = max(names, key=len)
    return name, rest[len(name) + 1 :]


def _culprit(message: str, data: Any, path: KeyPath, kind: Any) -> str:
    here = _at(data, path)
    for name in here:
        try:
            msgspec.convert(_replaced(data, path, {name: here[name]}), kind)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return str(name)
    return str(next(iter(here)))


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data


def _replaced(data: Any, path: KeyPath, value: Any) -> Any:
    """Return a copy of ``data`` with another value at ``path``."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = _replaced(data[path[0]], path[1:], value)
    return copy


def _without(data: Any, path: KeyPath) -> Any:
    kept = _at(data, path[:-1])
    return _replaced(data, path[:-1], {key: kept[key] for key in kept if key != path[-1]})


def _in_words(document: Document, what: str, path: KeyPath, kind: Any) -> DataError:
    if found := _UNKNOWN.search(what):
        return _unknown(document, found[1], path, kind)
    if found := _MISSING.search(what):
        return MissingKey(f"The key {found[1]!r} is missing here.", place=document.place(*path))
    said, hint = _wrong(what, path, kind)
    return WrongValue(said, hint=hint, place=document.place(*path))


def _unknown(document: Document, name: str, path: KeyPath, kind: Any) -> UnknownKey:
    known = [field.encode_name for at in _structs_at(kind, path) for field in at.fields]
    matches = get_close_matches(name, known, n=3)
    hint = (
        f"Did you mean {' or '.join(matches)}?"
        if matches
        else f"The keys here are: {', '.join(known)}."
    )
    return UnknownKey(
        f"There is no key {name!r} here.",
        hint=hint,
        place=document.place(*path, name),
        matches=matches,
    )


def _wrong(what: str, path: KeyPath, kind: Any) -> tuple[str, str]:
    if what.startswith("Invalid enum value"):
        choices = sorted(str(value) for value in _choices_at(kind, path))
        given = what.removeprefix("Invalid enum value ")
        return f"{given} is not one of the choices.", f"Choose {' or '.join(choices)}."
    if found := _BOUND.match(what):
        kind_name, length, sign, bound = found.groups()
        bound = _BOUNDS[sign].format(bound.removesuffix(".0"))
        things = "entries" if kind_name == "array" else "letters"
        extra = f"with {bound} {things}" if length else bound
        return f"This must be {_WORDS.get(kind_name, kind_name)}, {extra}.", ""
    if found := _KINDS.match(what):
        wanted = [name for name in found[1].split(" | ") if name != "null"]
        words = " or ".join(_WORDS.get(name, name) for name in wanted)
        hint = ""
        if "str" in wanted and found[2] in ("int", "float", "bool"):
            hint = "Put it in quotes."
        elif wanted == ["array"]:
            hint = "Write it as [a, b]."
        return f"This must be {words}, not {_WORDS.get(found[2], found[2])}.", hint
    return f"{what}.", ""


def _structs_at(kind: Any, path: KeyPath) -> list[inspect.StructType]:
    return [at for at in _types_at(kind, path) if isinstance(at, inspect.StructType)]


def _choices_at(kind: Any, path: KeyPath) -> list[Any]:
    literals = [at for at in _types_at(kind, path) if isinstance(at, inspect.LiteralType)]
    return [value for at in literals for value in at.values]


def _types_at(kind: Any, path: KeyPath) -> list[inspect.Type]:
    here = _alternatives([inspect.type_info(kind)])
    for step in path:
        here = _alternatives([inner for at in here for inner in _inside(at, step)])
    return here


def _alternatives(types: Iterable[inspect.Type]) -> list[inspect.Type]:
    return [
        one for at in types for one in (at.types if isinstance(at, inspect.UnionType) else (at,))
    ]


def _inside(at: inspect.Type, step: str | int) -> Iterator[inspect.Type]:
    if isinstance(at, inspect.StructType):
        yield from (field.type for field in at.fields if field.encode_name == step)
    elif isinstance(at, inspect.DictType):
        yield at.value_type
    elif isinstance(at, inspect.ListType | inspect.VarTupleType):
        yield at.item_type
