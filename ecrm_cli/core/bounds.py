"""Which operations of a template can make much out of little, and what they may be asked.

Everything a template makes is weighed afterwards (``meter``). That is too late for the few
operations below, whose result grows faster than what they are given; each has a check that runs
before them and raises ``Stopped``. Whatever is not checked here at most adds up its operands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ecrm_cli.core.meter import PRINTED_BYTES, Stopped, too_large, weight

Check = Callable[..., None]

# Nobody lays out mail or a page wider than this, or with more columns, or rounds further.
WIDEST = 10_000
DEEPEST_INDENT = 100
# Beyond this a whole number is no amount, and multiplying it twice costs seconds.
NUMBER_BITS = 20_000
# These walk their text in Python or in steps that multiply; no paragraph is longer.
SLOW_TEXT = 100_000

_DIGITS = re.compile(r"\d{5,}")
_PERCENT = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d+)?(?:\.(\*|\d+))?")
_NESTED_FIELD = re.compile(r"\{[^{}]*\{")


def _width(_text: object, width: object = 0, *_rest: object, **named: object) -> None:
    for asked in (width, *named.values()):
        if isinstance(asked, int) and abs(asked) > WIDEST:
            raise Stopped(f"asks for a width or count of more than {WIDEST}")


def _precision(_number: object, precision: object = 0, *_rest: object, **named: object) -> None:
    for asked in (precision, *named.values()):
        if isinstance(asked, int) and abs(asked) > DEEPEST_INDENT:
            raise Stopped(f"rounds to more than {DEEPEST_INDENT} places")


def _tabs(text: str, size: object = 8, **named: object) -> None:
    for asked in (size, *named.values()):
        if isinstance(asked, int):
            _fits(text.count("\t") * asked)


def _indent(text: object, width: object = 4, *_rest: object, **named: object) -> None:
    for asked in (width, *named.values()):
        columns = len(asked) if isinstance(asked, str) else asked
        if isinstance(columns, int) and columns > DEEPEST_INDENT:
            raise Stopped(f"indents by more than {DEEPEST_INDENT} columns")
        if isinstance(columns, int):
            _fits(str(text).count("\n") * columns)


def _replace(
    text: object, old: object = "", new: object = "", *_rest: object, **_named: object
) -> None:
    whole, sought = str(text), str(old)
    _fits(len(whole) + (whole.count(sought) if sought else len(whole) + 1) * len(str(new)))


def _join_filter(items: object, mark: object = "", *_rest: object, **named: object) -> None:
    _join(str(named.get("d", mark)), items)


def _join(mark: str, items: object) -> None:
    if isinstance(items, list | tuple | dict | set | frozenset | str | range):
        _fits(weight(items) + len(mark) * len(items))
    elif len(mark) > DEEPEST_INDENT:
        raise Stopped(f"joins with a mark of more than {DEEPEST_INDENT} characters")


def _percent_filter(text: object, *args: object, **named: object) -> None:
    percent(str(text), named or args)


def percent(text: str, values: object) -> None:
    """Check ``text % values``: no width from outside, and what it can print at most."""
    for width in _PERCENT.finditer(text):
        if any(part == "*" or len(part or "") > 4 for part in width.groups()):
            raise Stopped(f"asks for a width of more than {WIDEST}")
    _fits(len(text) + text.count("%") * weight(values))


def braces(text: str, args: tuple[object, ...], named: Mapping[str, object]) -> None:
    """Check ``text.format(*args, **named)`` in the same way."""
    fields = text.replace("{{", "").replace("}}", "")
    if _NESTED_FIELD.search(fields) or _DIGITS.search(fields):
        raise Stopped(f"asks for a width of more than {WIDEST}, or takes it from a value")
    _fits(len(text) + fields.count("{") * max(map(weight, (*args, *named.values())), default=0))


def _json(_value: object, indent: object = 0, **named: object) -> None:
    for asked in (indent, *named.values()):
        if isinstance(asked, int) and asked > DEEPEST_INDENT:
            raise Stopped(f"indents by more than {DEEPEST_INDENT} columns")


def _sum(_items: object, _attribute: object = None, start: object = 0) -> None:
    # Adding up lists copies the whole at every step.
    if isinstance(start, str | list | tuple):
        raise Stopped("adds up something other than numbers")


def _slow(text: object, *args: object, **named: object) -> None:
    if weight(text) > SLOW_TEXT or any(weight(part) > WIDEST for part in (args, named)):
        raise Stopped(f"works word by word on a text of more than {SLOW_TEXT} characters")


def _fits(size: int) -> None:
    if size > PRINTED_BYTES:
        raise too_large()


FILTER_CHECKS: dict[str, Check] = {
    "batch": _width,
    "center": _width,
    "format": _percent_filter,
    "indent": _indent,
    "join": _join_filter,
    "replace": _replace,
    "round": _precision,
    "slice": _width,
    "striptags": _slow,
    "sum": _sum,
    "title": _slow,
    "tojson": _json,
    "urlize": _slow,
    "wordcount": _slow,
    "wordwrap": _slow,
    "xmlattr": _slow,
}

# The methods of text a template may call; the others make bytes, tables or surprises.
TEXT_METHODS: dict[str, Check | None] = {
    "capitalize": None,
    "casefold": None,
    "center": _width,
    "count": None,
    "endswith": None,
    "expandtabs": _tabs,
    "find": None,
    "format": None,
    "index": None,
    "isalnum": None,
    "isalpha": None,
    "isdecimal": None,
    "isdigit": None,
    "islower": None,
    "isnumeric": None,
    "isspace": None,
    "isupper": None,
    "join": _join,
    "ljust": _width,
    "lower": None,
    "lstrip": None,
    "partition": None,
    "removeprefix": None,
    "removesuffix": None,
    "replace": _replace,
    "rfind": None,
    "rjust": _width,
    "rpartition": None,
    "rsplit": None,
    "rstrip": None,
    "split": None,
    "splitlines": None,
    "startswith": None,
    "strip": None,
    "striptags": _slow,
    "swapcase": None,
    "title": None,
    "upper": None,
    "zfill": _width,
}


def operation(sign: str, left: Any, right: Any) -> None:
    """Check ``left sign right`` before it is worked out."""
    if sign == "*":
        _times(left, right)
    elif sign == "**" and isinstance(left, int) and isinstance(right, int):
        if left.bit_length() * right > NUMBER_BITS:
            raise too_large()
    elif sign == "%" and isinstance(left, str):
        percent(left, right)


def _times(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > NUMBER_BITS:
            raise too_large()
        return
    for many, count in ((left, right), (right, left)):
        if isinstance(many, str | list | tuple) and isinstance(count, int):
            size = len(many) if isinstance(many, str) else weight(many)
            _fits(size * max(count, 0))
