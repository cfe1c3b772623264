"""YAML text to nodes: 1.2 scalars, no anchors or tags, and every complaint in plain words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ecrm_cli.core.errors import DataError, Place

if TYPE_CHECKING:
    import yaml

KeyPath = tuple[str | int, ...]

DEPTH = 40
_QUOTE_IT = "Put the value in quotes."
_KEY = re.compile(r"\s*(?:-\s+)*[\"']?([^\s\"':#{}\[\],][^\"':#{}\[\],]*?)[\"']?\s*:(?:\s|$)")
_BRACES = re.compile(r"(?:^|[:,\[-])\s*\{\{")

# Longer runs of digits are codes (cards, bar codes): a number would lose nothing but its meaning.
_SCALARS = {
    "tag:yaml.org,2002:null": (r"(?:~|null|)$", ["~", "n", ""]),
    "tag:yaml.org,2002:bool": (r"(?:true|false)$", ["t", "f"]),
    "tag:yaml.org,2002:int": (r"-?(?:0|[1-9][0-9]{0,17})$", list("-0123456789")),
    "tag:yaml.org,2002:float": (r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]+$", list("-0123456789")),
}

# What the parser says, and what it means to somebody who writes a settings file.
_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "A second colon stands where a value or a new line was expected.",
        "Put a value that has ': ' in it in quotes, and indent keys of one block alike.",
    ),
    (
        "expected <block end>",
        "This line does not fit the ones above it.",
        "Indent keys of one block alike; put a value with special characters in quotes.",
    ),
    ("could not find expected ':'", "This line has no colon after its key.", "Write key: value."),
    ("found unexpected end of stream", "A quotation mark is never closed.", "Close it."),
    ("expected the node content", "A bracket is never closed, or a value is missing.", "Close it."),
    ("expected ',' or", "A bracket is never closed, or a comma is missing.", "Close it."),
    ("sequence entries are not allowed", "A list begins in the middle of a line.",
     "Put each '- item' on its own line, or write [a, b]."),
    ("cannot start any token", "A value may not begin with this character.", _QUOTE_IT),
    ("found unknown escape character", "A backslash stands before a letter that has no meaning.",
     "Use single quotes, or write two backslashes."),
    ("expected a single document", "A second document begins with ---.", "Keep one per file."),
    ("found another document", "A second document begins with ---.", "Keep one per file."),
    ("expected chomping", "After > or | the text begins on the next line.", _QUOTE_IT),
    ("expected '<document start>'", "This does not fit what stands above it.",
     "Indent keys of one block alike."),
)  # fmt: skip
_OPENED = ("end of stream", "<stream end>", "expected ',' or", "could not find expected ':'")


class BadYaml(DataError):
    """The text is not YAML as this program reads it."""


class DuplicateKey(DataError):
    """A key stands twice in one block."""

    def __init__(self, place: Place, first: int) -> None:
        super().__init__(
            f"The key is already on line {first}; only one of the two can count.",
            hint="Remove one of them.",
            place=place,
        )


def dotted(path: KeyPath) -> str:
    """Write a key path for a person: ``all[0].country.in``."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def compose(text: str, label: str) -> yaml.Node | None:
    """Parse ``text`` to its root node, or None when it is empty.

    ``label`` is the file's name in complaints. Raises BadYaml.
    """
    import yaml

    try:
        loader = _loader_class()(text)
    except yaml.reader.ReaderError as error:
        raise _unreadable(error, text, label) from None
    loader.label, loader.text, loader.path = label, text, []
    try:
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _complaint(error, loader) from None
    finally:
        loader.dispose()
    return node


@cache
def _loader_class() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """SafeLoader with our scalars; it remembers the key path for complaints."""

        yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - PyYAML's own way
        label: str
        text: str
        path: list[str | int]

        def compose_node(self, parent: Any, index: Any) -> Any:
            named = isinstance(index, int | yaml.ScalarNode)
            if named:
                self.path.append(index if isinstance(index, int) else index.value)
            _refuse_surprises(self)
            node = super().compose_node(parent, index)
            if named:
                self.path.pop()
            return node

    for tag, (pattern, first) in _SCALARS.items():
        Loader.add_implicit_resolver(tag, re.compile(pattern), first)
    return Loader


def _refuse_surprises(loader: Any) -> None:
    """Refuse what is YAML but hardly ever meant: ``{{``, ``*name``, ``!tag``, endless nesting."""
    import yaml

    said, event = "", loader.peek_event()
    if loader.text.startswith("{{", event.start_mark.index):
        said, hint = "The value begins with {{ and has no quotes.", 'Quote it: "{{ … }}".'
    elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        said, hint = "A value may not begin with * or &.", "Quote it if it is text."
    elif getattr(event, "tag", None):
        said, hint = "A value may not begin with !.", "Quote it if it is text."
    elif len(loader.path) > DEPTH:
        said, hint = f"Blocks are nested more than {DEPTH} deep.", "Make it flatter."
    if said:
        place = Place(loader.label, event.start_mark.line + 1, dotted(tuple(loader.path)) or None)
        raise BadYaml(said, hint=hint, place=place)


def _complaint(error: Any, loader: Any) -> BadYaml:
    problem = error.problem or ""
    mark = error.problem_mark or error.context_mark
    # Where something was opened tells more than where its end was missed.
    if error.context_mark and any(part in problem for part in _OPENED):
        mark = error.context_mark
    lines = loader.text.splitlines() or [""]
    # The end of the text may be a line that is not there.
    number = min(mark.line, len(lines) - 1)
    line = lines[number]
    said, hint = _in_words(problem, line, mark.column)
    if _BRACES.search(line):
        said, hint = "A value begins with {{ and has no quotes.", 'Quote it: "{{ … }}".'
    return BadYaml(said, hint=hint, place=Place(loader.label, number + 1, _key(loader, line)))


def _in_words(problem: str, line: str, column: int) -> tuple[str, str]:
    if r"'\t'" in problem:
        where = "A tab indents this line." if not line[:column].strip() else "A tab stands here."
        return where, "Use spaces."
    for part, said, hint in _PLAIN_WORDS:
        if part in problem:
            return said, hint
    return f"This is not YAML: {problem}.", "Put the value in quotes if it is text."


def _key(loader: Any, line: str) -> str | None:
    """Name the key: the path the parser had reached, with the line's own key at its end."""
    path = list(loader.path)
    if (own := _KEY.match(line)) and own[1] not in path:
        path = [own[1]] if not line[:1].isspace() else [*path, own[1]]
    return dotted(tuple(path)) or None


def _unreadable(error: Any, text: str, label: str) -> BadYaml:
    line = text.count("\n", 0, error.position) + 1
    return BadYaml(
        f"The file holds a character that no text has (number {error.character:#06x}).",
        hint="Save it again as plain text in UTF-8.",
        place=Place(label, line),
    )
