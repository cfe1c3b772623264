"""One value changed in a YAML text; every other character, comments included, stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecrm_cli.core.yamlfile import Document, parse

if TYPE_CHECKING:
    import yaml

# Words that need no quotes; what they mean is checked as well: true is one of them.
_PLAIN = re.compile(r"[^\W\d_][\w./+-]*(?: [\w./+-]+)*")


def written(value: Any) -> str:
    """Write a value (text, number, truth, None or a list of these) on one line of YAML."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item) for item in value)}]"
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and parse(f"[{value}]", "").data == [value]:
        return value
    import yaml

    line: str = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=2**31)
    return line.strip()


def spliced(document: Document, path: Sequence[str], value: Any) -> str:
    """Return the document's text with ``value`` at ``path``, which is added when it is not there.

    Raises ValueError when the text is laid out in a way that cannot be changed safely.
    """
    keys = tuple(path)
    if (node := document.nodes.get(keys)) is not None:
        text = _replaced(document.text, node, written(value))
    else:
        text = _added(document, keys, written(value))
    if parse(text, document.label).data != _expected(document.data, keys, value):
        raise ValueError(keys)
    return text


def _expected(data: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return list(value) if isinstance(value, tuple) else value
    inner = data or {}
    return {**inner, path[0]: _expected(inner.get(path[0]), path[1:], value)}


def _replaced(text: str, node: yaml.Node, value: str) -> str:
    start, end = node.start_mark.index, _end(text, node)
    gap = "" if text[start - 1 : start].isspace() or start != end else " "
    return text[:start] + gap + value + text[end:]


def _end(text: str, node: yaml.Node) -> int:
    """Return where a value ends: the marks of block collections run on into comments."""
    import yaml

    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start, end = node.start_mark.index, node.end_mark.index
    return start + len(text[start:end].rstrip())


def _added(document: Document, keys: tuple[str, ...], value: str) -> str:
    import yaml

    # The deepest block that is there already.
    depth = next((at for at in range(len(keys) - 1, 0, -1) if keys[:at] in document.nodes), 0)
    missing = keys[depth:]
    block = document.nodes.get(keys[:depth])
    newline = "\r\n" if "\r\n" in document.text else "\n"
    if block is None:
        text = document.text
        gap = "" if not text or text.endswith("\n") else newline
        return text + gap + newline.join(_lines(missing, value, 0)) + newline
    if not isinstance(block, yaml.MappingNode):
        return _replaced(document.text, block, _flow(missing, value))
    if block.flow_style:
        return _into_braces(document.text, block, _flow(missing, value)[1:-1])
    last = _end(document.text, block.value[-1][1])
    line_end = re.compile(r"\r?$", re.MULTILINE).search(document.text, last)
    place = line_end.start() if line_end else len(document.text)
    new = "".join(newline + line for line in _lines(missing, value, block.start_mark.column))
    return document.text[:place] + new + document.text[place:]


def _lines(keys: tuple[str, ...], value: str, column: int) -> list[str]:
    lines = [" " * (column + 2 * depth) + f"{key}:" for depth, key in enumerate(keys)]
    return [*lines[:-1], f"{lines[-1]} {value}"]


def _flow(keys: tuple[str, ...], value: str) -> str:
    opened = "".join(f"{{{key}: " for key in keys)
    return opened + value + "}" * len(keys)


def _into_braces(text: str, block: yaml.MappingNode, pair: str) -> str:
    if not block.value:
        place = block.start_mark.index + 1
        return text[:place] + pair + text[place:]
    place = _end(text, block.value[-1][1])
    return f"{text[:place]}, {pair}{text[place:]}"
