"""From bytes to text: what kind of file it is, its encoding, its digest, its limits."""

from __future__ import annotations

import codecs
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ecrm_cli.core.errors import Conflict, NotFound, Place
from ecrm_cli.intake.readers.record import TextFile, Unreadable

BLOCK = 1 << 20
# The engine's own limit for a line; nothing that people export comes near it.
LONGEST_LINE = 2_000_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "a spreadsheet or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


class NoSuchFile(NotFound):
    """The file to import is absent."""

    def __init__(self, path: Path) -> None:
        from difflib import get_close_matches

        folder = path.parent
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        matches = get_close_matches(path.name, names, n=3)
        hint = f"Did you mean {' or '.join(matches)}?" if matches else "Check the name and folder."
        super().__init__(f"There is no file {path}.", hint=hint, matches=matches)


class ChangedWhileRead(Conflict):
    """Somebody wrote into the file while it was being imported."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label} changed while it was being read; nothing was imported.",
            hint="Wait until the program that writes it has finished, then run this again.",
            place=Place(label),
        )


@dataclass
class _Counter:
    """What is learned about the text while it passes by."""

    label: str
    lines: int = 0
    tail: bytes = b""
    longest: int = 0
    odd_ends: bool = False
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def see(self, block: bytes) -> None:
        """Take in a block of UTF-8 text."""
        if b"\x00" in block:
            line = self.lines + block.count(b"\n", 0, block.index(b"\x00")) + 1
            raise Unreadable(
                self.label,
                "there is a NUL byte; this is a binary or damaged file.",
                "Save it again as CSV in UTF-8.",
                line,
            )
        pieces = (self.tail + block).split(b"\n")
        for offset, piece in enumerate(pieces):
            if len(piece) > LONGEST_LINE:
                raise Unreadable(
                    self.label,
                    f"the line is longer than {LONGEST_LINE:,} bytes.",
                    "A quote may be open that never closes, or this is not a table.",
                    self.lines + offset + 1,
                )
        self.odd_ends = self.odd_ends or any(b"\r" in piece[:-1] for piece in pieces)
        self.lines += len(pieces) - 1
        self.tail = pieces[-1]

    @property
    def line_count(self) -> int:
        """Lines seen, a last one without an end included."""
        return self.lines + bool(self.tail)


def as_text(given: str, scratch: Path, encoding: str | None) -> TextFile:
    """Make sure ``given`` (a path or ``-``) is UTF-8 text on disk; digest it on the way.

    Raises NoSuchFile, Unreadable, ChangedWhileRead.
    """
    if given == "-":
        return _taken_in("stdin", sys.stdin.buffer, scratch, encoding)
    path = Path(given)
    if path.is_dir():
        raise Unreadable(given, "this is a folder.", "Name a file in it.")
    try:
        with path.open("rb") as source:
            return _measured(path, source, scratch, encoding)
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except PermissionError:
        raise Unreadable(given, "you may not read this file.", "Change its permissions.") from None


def _measured(path: Path, source: BinaryIO, scratch: Path, encoding: str | None) -> TextFile:
    stamp = _stamp(path)
    codec = _codec(str(path), source, encoding)
    counter = _Counter(str(path))
    if codec == "utf-8":
        for block in _checked(counter, source):
            counter.see(block)
        text = path
    else:
        text = _rewritten(counter, source, scratch, codec)
    if _stamp(path) != stamp:
        raise ChangedWhileRead(str(path))
    return _finished(counter, text)


def _taken_in(label: str, source: BinaryIO, scratch: Path, encoding: str | None) -> TextFile:
    raw = scratch / "stdin"
    with raw.open("wb") as copy:
        while block := source.read(BLOCK):
            copy.write(block)
    with raw.open("rb") as kept:
        codec = _codec(label, kept, encoding)
        counter = _Counter(label)
        if codec != "utf-8":
            return _finished(counter, _rewritten(counter, kept, scratch, codec))
        for block in _checked(counter, kept):
            counter.see(block)
    return _finished(counter, raw)


def _finished(counter: _Counter, path: Path) -> TextFile:
    if counter.line_count == 0:
        raise Unreadable(counter.label, "the file is empty.", "Export it again.")
    return TextFile(
        counter.label,
        path,
        counter.digest.hexdigest(),
        counter.line_count,
        simple_ends=not counter.odd_ends,
    )


def unchanged_since(text: TextFile, before: tuple[int, int, int] | None) -> None:
    """Raise ChangedWhileRead when the file is not the one that was measured."""
    if before is not None and _stamp(Path(text.label)) != before:
        raise ChangedWhileRead(text.label)


def stamp_of(given: str) -> tuple[int, int, int] | None:
    """Return what shows that a file was touched: inode, size, time; None for stdin."""
    path = Path(given)
    return None if given == "-" or not path.is_file() else _stamp(path)


def _stamp(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _codec(label: str, source: BinaryIO, encoding: str | None) -> str:
    head = source.read(16)
    source.seek(0)
    for signature, words in _SIGNATURES:
        if head.startswith(signature):
            raise Unreadable(label, f"this is {words}.", "Save it as CSV in UTF-8 and import that.")
    if encoding is not None:
        try:
            return codecs.lookup(encoding).name
        except LookupError:
            raise Unreadable(
                label, f"there is no encoding {encoding!r}.", "Write one such as cp1252 or koi8-r."
            ) from None
    return next((codec for bom, codec in _BOMS if head.startswith(bom)), "utf-8")


def _checked(counter: _Counter, source: BinaryIO) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := source.read(BLOCK):
        counter.digest.update(block)
        _decoded(counter, decoder, block, final=False)
        yield block
    _decoded(counter, decoder, b"", final=True)


def _decoded(
    counter: _Counter, decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool
) -> str:
    try:
        return decoder.decode(block, final)
    except UnicodeDecodeError as error:
        line = counter.lines + block.count(b"\n", 0, max(error.start, 0)) + 1
        raise Unreadable(
            counter.label,
            f"the text is not {error.encoding.upper()}.",
            "Say what it is with --encoding, such as --encoding cp1252, or save it as UTF-8.",
            line,
        ) from None


def _rewritten(counter: _Counter, source: BinaryIO, scratch: Path, codec: str) -> Path:
    copy = scratch / "text"
    decoder = codecs.getincrementaldecoder(codec)()
    with copy.open("wb") as target:
        while True:
            block = source.read(BLOCK)
            counter.digest.update(block)
            text = _decoded(counter, decoder, block, final=not block).encode()
            counter.see(text)
            target.write(text)
            if not block:
                return copy
