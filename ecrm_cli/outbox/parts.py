"""The two parts of a mail out of a rendered page: HTML with its styles inlined, and plain text.

Inlining and reading a page take ten times as long as rendering it, and they see nothing but its
shape. So both are done once for each shape: with marks where the values stand, which are then
put back. A value with markup in it changes the shape, and such a page is worked out for itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from css_inline import CSSInliner

# A template whose loops run differently for everybody has as many shapes as recipients.
MOST_SHAPES = 200
# Private characters: they mean nothing to a parser, and no keyboard writes them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"\b(?:href|src)\s*=\s*(?:\"[^\"]*|'[^']*)$", re.IGNORECASE)

Shape = tuple[str | int, ...]


@dataclass(frozen=True)
class Parts:
    """A mail's page with its styles inlined, the same as text, and the page's title."""

    html: str
    text: str
    title: str


@dataclass(frozen=True)
class _Pressed:
    """The parts of a shape: texts at even places, numbers of values at odd ones."""

    html: tuple[str, ...]
    text: tuple[str, ...]
    title: tuple[str, ...]

    def filled(self, values: list[str]) -> Parts:
        """Return the parts with these values, which are escaped for HTML."""
        plain = [unescape(value) if "&" in value else value for value in values]
        return Parts(
            _filled(self.html, values), _filled(self.text, plain), _filled(self.title, plain)
        )


class _Spot(IntEnum):
    """Where in a page a value stands."""

    TEXT = 0
    LINK = 1
    # Inside a tag or a style a value may decide how other things look.
    TAG = 2
    STYLE = 3


class Press:
    """Makes the parts of pages; remembers the shapes it has seen."""

    def __init__(self) -> None:
        from css_inline import CSSInliner
        from markupsafe import Markup

        # What stands in @media cannot be inlined and stays; nothing is fetched from anywhere.
        self._inliner: CSSInliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
        self._value: type[str] = Markup
        self._pressed: dict[Shape, _Pressed] = {}
        self._spots: dict[tuple[str, _Spot], _Spot] = {}

    def parts(self, pieces: Sequence[str]) -> Parts:
        """Return the parts of a page; what its template printed out of values is Markup."""
        shape: list[str | int] = []
        numbers: dict[str, int] = {}
        spot = _Spot.TEXT
        for piece in pieces:
            if type(piece) is not self._value:
                spot = self._spot_after(piece, spot)
                shape.append(piece)
            elif spot in (_Spot.TAG, _Spot.STYLE) or not piece or piece.isspace():
                shape.append(str(piece))
            elif _is_plain(piece):
                shape.append(numbers.setdefault(piece, len(numbers)))
            else:
                return self._alone("".join(pieces))
        pressed = self._shaped(tuple(shape))
        return pressed.filled(list(numbers)) if pressed else self._alone("".join(pieces))

    def _spot_after(self, piece: str, before: _Spot) -> _Spot:
        known = self._spots.get((piece, before))
        if known is None:
            known = self._spots[piece, before] = _spot_after(piece, before)
        return known

    def _shaped(self, shape: Shape) -> _Pressed | None:
        """Return a shape's parts; None when there are too many or it has our marks in itself."""
        pressed = self._pressed.get(shape)
        if pressed is not None or len(self._pressed) >= MOST_SHAPES:
            return pressed
        if any(_OPEN in part for part in shape if isinstance(part, str)):
            return None
        marked = (part if isinstance(part, str) else f"{_OPEN}{part}{_CLOSE}" for part in shape)
        made = self._alone("".join(marked))
        pressed = _Pressed(
            *(tuple(_MARK.split(part)) for part in (made.html, made.text, made.title))
        )
        self._pressed[shape] = pressed
        return pressed

    def _alone(self, page: str) -> Parts:
        from ecrm_cli.core.text_part import text_of

        html = self._inliner.inline(page)
        found = _TITLE.search(page)
        title = " ".join(unescape(found[1]).split()) if found else ""
        return Parts(html, text_of(html), title)


def _spot_after(piece: str, before: _Spot) -> _Spot:
    """Return where the page stands after ``piece`` of the template."""
    lower = piece.lower()
    opened, closed = lower.rfind("<style"), lower.rfind("</style")
    if opened > closed or (before is _Spot.STYLE and closed < 0):
        return _Spot.STYLE
    start, end = piece.rfind("<"), piece.rfind(">")
    if end > start:
        return _Spot.TEXT
    if start < 0 and before is _Spot.TEXT:
        return before
    if start < 0 and before is _Spot.LINK and not {'"', "'"} & set(piece):
        return before
    return _Spot.LINK if _LINK.search(piece) else _Spot.TAG


def _is_plain(value: str) -> bool:
    """Tell whether a value is a run of words: neither markup nor blanks that HTML would drop."""
    return (
        value.isprintable()
        and "<" not in value
        and "  " not in value
        and not value.startswith(" ")
        and not value.endswith(" ")
    )


def _filled(pressed: tuple[str, ...], values: list[str]) -> str:
    filled = list(pressed)
    filled[1::2] = [values[int(number)] for number in pressed[1::2]]
    return "".join(filled)
