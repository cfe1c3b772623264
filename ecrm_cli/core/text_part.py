"""The plain text of a mail, made from its HTML: links kept, what is hidden left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

# No text inside these is meant to be read.
_SILENT = frozenset(("head", "script", "style", "template", "title", "svg"))
_EMPTY = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                    "source", "track", "wbr"))  # fmt: skip
# A blank line stands before and after these, a line end around those.
_PARAGRAPHS = frozenset(("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre",
                         "table", "ul"))  # fmt: skip
_LINES = frozenset(("address", "article", "aside", "body", "center", "dd", "div", "dt", "figure",
                    "footer", "form", "header", "li", "main", "nav", "section", "tr"))  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# What mails hold to fill a preview: widths of nothing, soft hyphens, joiners that join nothing.
_FILLING = re.compile(r"[\u00ad\u034f\u200b\u2060\ufeff]+")
_JOINERS = re.compile(r"(?<!\S)[\u200c\u200d]+")
_BLANKS = re.compile(r"[ \t\n\r\f\u00a0]+")
_BLANK_LINES = re.compile(r"\n{3,}")

Attributes = Sequence[tuple[str, str | None]]


def text_of(html: str) -> str:
    """Return the text of an HTML mail, lines ended by LF; a link stands behind its words.

    Nothing in the HTML is an error: what cannot be understood is read as text.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects what is read, line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._silent: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[int | None] = []
        self._preformatted = 0

    def text(self) -> str:
        """Return what was collected, without blanks at line ends and at most one empty line."""
        lines = "".join(self._written).split("\n")
        return _BLANK_LINES.sub("\n\n", "\n".join(map(str.rstrip, lines))).strip("\n") + "\n"

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self._silent:
            if tag not in _EMPTY:
                self._silent.append(tag)
            return
        given = dict(attrs)
        if tag in _SILENT or "hidden" in given or _HIDDEN.search(given.get("style") or ""):
            if tag not in _EMPTY:
                self._silent.append(tag)
            return
        self._open(tag, given)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        # In HTML <p/> opens a paragraph; only empty elements end by themselves.
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag in self._silent:
                del self._silent[len(self._silent) - 1 - self._silent[::-1].index(tag) :]
            return
        if tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._preformatted:
            self._written.append(data)
            return
        words = _BLANKS.sub(" ", _JOINERS.sub("", _FILLING.sub("", data)))
        if words.startswith(" ") and self._ends_in_blank():
            words = words[1:]
        if words:
            self._written.append(words)

    def _open(self, tag: str, given: dict[str, str | None]) -> None:
        self._break(tag)
        if tag == "br":
            self._written.append("\n")
        elif tag == "hr":
            self._written.append("\n\n---\n\n")
        elif tag == "img":
            self.handle_data(given.get("alt") or "")
        elif tag == "a":
            self._links.append(((given.get("href") or "").strip(), len(self._written)))
        elif tag in ("ol", "ul"):
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._written.append(self._bullet())
        elif tag in ("td", "th"):
            self.handle_data(" ")
        elif tag == "pre":
            self._preformatted += 1

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._written.append("\n\n")
        elif tag in _LINES and not self._ends_in_line():
            self._written.append("\n")

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _close_link(self, target: str, start: int) -> None:
        words = "".join(self._written[start:]).strip()
        if not target or target.startswith("#") or target in (words, f"mailto:{words}"):
            return
        self._written.append(f" ({target})" if words else target)

    def _ends_in_blank(self) -> bool:
        return not self._written or self._written[-1][-1:] in (" ", "\n")

    def _ends_in_line(self) -> bool:
        return not self._written or self._written[-1].endswith("\n")
