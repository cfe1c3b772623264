"""From bytes to text: what kind of file it is, its encoding, its digest, its limits."""

from __future__ import annotations

import codecs
import hashlib
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ecrm_cli.core.errors import Conflict, DiskFull, EcrmError, NotFound, Place
from ecrm_cli.core.system import no_room
from ecrm_cli.intake.readers.record import TextFile, Unreadable

BLOCK = 1 << 20
# The engine's own limit for a line; nothing that people export comes near it.
LONGEST_LINE = 2_000_000
# A quote after a blank does not open a cell; whoever wrote it thought it would.
_STRAY_QUOTE = re.compile(rb'(?:^|[,;|\t\n]) +"')
# The second begins with a plain character: the search leaps from line to line.
_EMPTY_FIRST = re.compile(rb"[,;|\t ]*\r?\n")
_EMPTY_LINE = re.compile(rb"\n[,;|\t ]*\r?\n")
# Blanks beside the plain space, as bytes of UTF-8: a non-breaking space, a byte order mark.
_WIDE_BLANKS = ("\u00a0".encode(), "\ufeff".encode())

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

        names: list[str] = []
        with suppress(OSError):
            names = [entry.name for entry in path.parent.iterdir()]
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
    usual: bool = True
    odd_blanks: bool = False
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
        seen = self.tail + block
        if len(seen) > LONGEST_LINE:
            self._refuse_long_lines(seen)
        self.usual = self.usual and not _is_odd(seen)
        self.odd_blanks = self.odd_blanks or _has_odd_blanks(seen)
        self.lines += seen.count(b"\n")
        self.tail = seen[seen.rfind(b"\n") + 1 :]

    def _refuse_long_lines(self, seen: bytes) -> None:
        for place, piece in enumerate(seen.split(b"\n"), 1):
            if len(piece) > LONGEST_LINE:
                raise Unreadable(
                    self.label,
                    f"the line is longer than {LONGEST_LINE:,} bytes.",
                    "A quote may be open that never closes, or this is not a table.",
                    self.lines + place,
                )

    @property
    def line_count(self) -> int:
        """Lines seen, a last one without an end included."""
        return self.lines + bool(self.tail)

    @property
    def plain(self) -> bool:
        """Whether the engine reads the text as we do; a last line without an end included."""
        return self.usual and not (self.tail and not self.tail.strip(b",;|\t \r"))


def _is_odd(seen: bytes) -> bool:
    """Whether a line ends in a lone CR or has only empty cells, or a quote stands after a blank."""
    if b"\r" in seen and seen.count(b"\r") - seen.endswith(b"\r") != seen.count(b"\r\n"):
        return True
    if b'"' in seen and b' "' in seen and _STRAY_QUOTE.search(seen):
        return True
    return bool(_EMPTY_FIRST.match(seen) or _EMPTY_LINE.search(seen))


def _has_odd_blanks(seen: bytes) -> bool:
    """Whether there are blanks beside the plain space, at the ends of cells perhaps."""
    if b"\t" in seen or b"\r" in seen:
        return True
    return not seen.isascii() and any(blank in seen for blank in _WIDE_BLANKS)


def as_text(given: str, scratch: Path, encoding: str | None) -> TextFile:
    """Make sure ``given`` (a path or ``-``) is UTF-8 text on disk; digest it on the way.

    Raises NoSuchFile, Unreadable, ChangedWhileRead, DiskFull.
    """
    try:
        if given == "-":
            return _taken_in("stdin", _stdin(), scratch, encoding)
        with Path(given).open("rb") as source:
            # What another program hands over as it goes can be read only once.
            if not source.seekable():
                return _taken_in(given, source, scratch, encoding)
            return _measured(Path(given), source, scratch, encoding)
    except OSError as error:
        raise _unread(given, scratch, error) from error


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise Unreadable("stdin", "nothing is connected to it.", "Pipe a file into it.")
    return sys.stdin.buffer


def _unread(given: str, scratch: Path, error: OSError) -> EcrmError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NoSuchFile(Path(given))
    if isinstance(error, IsADirectoryError):
        return Unreadable(given, "this is a folder.", "Name a file in it.")
    if isinstance(error, PermissionError):
        return Unreadable(given, "you may not read this file.", "Change its permissions.")
    if no_room(error):
        return DiskFull(scratch)
    why = (error.strerror or str(error)).lower()
    return Unreadable(given, f"it cannot be read: {why}.", "Copy it to this machine first.")


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
        plain=counter.plain,
        odd_blanks=counter.odd_blanks,
    )


def unchanged_since(text: TextFile, before: tuple[int, int, int] | None) -> None:
    """Raise ChangedWhileRead when the file is not the one that was measured."""
    try:
        same = before is None or _stamp(Path(text.label)) == before
    except FileNotFoundError:
        same = False
    if not same:
        raise ChangedWhileRead(text.label)


def stamp_of(given: str) -> tuple[int, int, int] | None:
    """Return what shows that a file was touched: inode, size, time; None for what is no file."""
    with suppress(OSError):
        if given != "-" and Path(given).is_file():
            return _stamp(Path(given))
    return None


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
        return _named_codec(label, encoding)
    return next((codec for bom, codec in _BOMS if head.startswith(bom)), "utf-8")


def _named_codec(label: str, encoding: str) -> str:
    with suppress(LookupError, ValueError, TypeError):
        # What is known by a name and is no encoding of text, such as base64, gives bytes or fails.
        if isinstance(codecs.getincrementaldecoder(encoding)().decode(b"a"), str):
            return codecs.lookup(encoding).name
    raise Unreadable(
        label, f"there is no encoding {encoding!r}.", "Write one such as cp1252 or koi8-r."
    )


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
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        codec = error.encoding if isinstance(error, UnicodeDecodeError) else "in that encoding"
        line = counter.lines + block.count(b"\n", 0, max(start, 0)) + 1
        raise Unreadable(
            counter.label,
            f"the text is not {codec.upper() if codec.islower() and ' ' not in codec else codec}.",
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
