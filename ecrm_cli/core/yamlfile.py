"""YAML files as typed values: line numbers for every key, unknown keys and wrong types in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ecrm_cli.core.errors import DataError, NotFound, Place
from ecrm_cli.core.yamltext import BadYaml, DuplicateKey, KeyPath, compose, dotted

if TYPE_CHECKING:
    import yaml

T = TypeVar("T")


class NoFile(NotFound):
    """A file that was named is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no file {path}.", hint="Check the name and the folder.")


class UnreadableFile(DataError):
    """A file is there and cannot be read as text."""


@dataclass(frozen=True)
class Document:
    """What a YAML text says, and where it says it.

    ``data`` is made of dict (keys are text), list, str, int, float, bool and None; ``label`` is
    the file's name, or words for a text that is in no file; ``lines`` count from 1.
    """

    label: str
    text: str
    data: Any
    lines: dict[KeyPath, int]
    nodes: dict[KeyPath, yaml.Node]

    def place(self, *path: str | int) -> Place:
        """Return where a key path stands, or where its nearest written parent does."""
        written = path
        while written not in self.lines and written:
            written = written[:-1]
        return Place(self.label, self.lines.get(written, 1), dotted(path) or None)

    def typed(self, kind: type[T]) -> T:
        """Convert to ``kind`` (msgspec); an empty key means its default. Raises DataError."""
        from ecrm_cli.core.yamltyped import convert

        return convert(self, kind)


def parse(text: str, label: str) -> Document:
    """Read YAML out of a string; ``label`` stands for the file in complaints. Raises DataError."""
    root = compose(text, label)
    document = Document(label, text, None, {(): 1}, {})
    if root is None:
        return document
    return Document(label, text, _value(root, (), document), document.lines, document.nodes)


def read(path: Path) -> Document:
    """Read a YAML file. Raises NoFile, DataError."""
    return parse(read_text(path), str(path))


def read_typed(path: Path, kind: type[T]) -> T:
    """Read a YAML file as ``kind``. Raises NoFile, DataError with file, line and key."""
    return read(path).typed(kind)


def read_text(path: Path) -> str:
    """Return a file's text with its line ends as they are. Raises NoFile, UnreadableFile."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise NoFile(path) from None
    except IsADirectoryError:
        raise UnreadableFile(f"{path} is a folder, not a file.", place=Place(path)) from None
    except OSError as error:
        words = (error.strerror or "unknown reason").lower()
        raise UnreadableFile(f"{path} cannot be read: {words}.", place=Place(path)) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            "The file is not text in UTF-8.",
            hint="Open it in an editor and save it as UTF-8.",
            place=Place(path, line),
        ) from None


def _value(node: yaml.Node, path: KeyPath, document: Document) -> Any:
    import yaml

    document.nodes[path] = node
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), document) for index, item in enumerate(node.value)]
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value == "true"
    return {"int": int, "float": float, "str": str}[kind](node.value)


def _mapping(node: yaml.MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            place = Place(document.label, line, dotted(path) or None)
            raise BadYaml("A key must be a word.", hint="Write key: value.", place=place)
        inner = (*path, key.value)
        if key.value in found:
            first = document.lines[inner]
            raise DuplicateKey(Place(document.label, line, dotted(inner)), first)
        document.lines[inner] = line
        found[key.value] = _value(value, inner, document)
    return found
