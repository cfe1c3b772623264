"""The settings as a table: keys and kinds from the code, words from config.example.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec import inspect

from ecrm_cli.core.settings import Sections
from ecrm_cli.core.workspace import shipped

_KEY = re.compile(r"^( *)(\w+):")
_KINDS = {
    inspect.StrType: "text",
    inspect.IntType: "whole number",
    inspect.FloatType: "number",
    inspect.BoolType: "true or false",
    inspect.VarTupleType: "list",
    inspect.ListType: "list",
    inspect.DictType: "block",
}


@dataclass(frozen=True)
class Setting:
    """One key of config.yaml."""

    key: str
    kind: str
    default: str
    words: str


def settings() -> list[Setting]:
    """Return every key that the program reads, in the order of the code."""
    words = example_words()
    root = inspect.type_info(Sections)
    assert isinstance(root, inspect.StructType)
    return [
        Setting(key, _kind(field.type), _default(field), words.get(key, ""))
        for key, field in _fields(root, "")
    ]


def _fields(block: inspect.StructType, path: str) -> Iterator[tuple[str, inspect.Field]]:
    for field in block.fields:
        key = f"{path}{field.encode_name}"
        if isinstance(field.type, inspect.StructType):
            yield from _fields(field.type, f"{key}.")
        else:
            yield key, field


def _kind(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return _kind(kind.type)
    if isinstance(kind, inspect.LiteralType):
        return ", ".join(str(value) for value in kind.values)
    if isinstance(kind, inspect.UnionType):
        return ", ".join(_kind(t) for t in kind.types if not isinstance(t, inspect.NoneType))
    return _KINDS[type(kind)]


def _default(field: inspect.Field) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def example_words() -> dict[str, str]:
    """Return the comment that stands right above each key of config.example.yaml, or ''."""
    path: list[str] = []
    said: dict[str, str] = {}
    comment: list[str] = []
    for line in shipped("config.example.yaml").read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#"):
            comment.append(line.lstrip(" #"))
            continue
        if found := _KEY.match(line):
            path = [*path[: len(found[1]) // 2], found[2]]
            said[".".join(path)] = " ".join(comment)
        comment = []
    return said
