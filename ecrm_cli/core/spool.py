"""Append-only files in ``.ecrm/spool`` that other processes leave for us, each line settled once.

Whoever may not open the store (a web page, a command that only reads) appends a line; whoever
writes next settles it, in the transaction of the effect. A line that was appended is on the disk;
one whose writer was killed half-way was promised to nobody and is skipped.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from ecrm_cli.core.formats import as_line
from ecrm_cli.core.store import Store
from ecrm_cli.core.system import PRIVATE_DIR, PRIVATE_FILE, locked, not_written, sync_folder

KIND = re.compile(r"[a-z][a-z-]{0,30}")
# A line is one answer to one form, not a file; whatever is longer is damage.
LONGEST_LINE = 1_000_000


@dataclass(frozen=True)
class Mark:
    """How far a spool file is settled: ``offset`` bytes of the file that ``begins`` so."""

    begins: str = ""
    offset: int = 0


@dataclass(frozen=True)
class Line:
    """One line: its UUIDv7, when it was appended (aware, UTC) and what it says.

    ``end`` is the mark that settles everything up to it.
    """

    line_id: str
    recorded_at: datetime
    body: dict[str, Any]
    end: Mark


@dataclass(frozen=True)
class Pending:
    """What waits to be settled, oldest first.

    ``damaged`` is how many lines could not be read and are skipped: to be said. ``end`` is the
    mark that settles all of it; nothing waits when it equals ``start``.
    """

    lines: list[Line]
    damaged: int
    start: Mark
    end: Mark


def append(directory: Path, kind: str, line: Mapping[str, Any], now: datetime) -> str:
    """Append a line to the spool of ``kind``; return its id.

    On return it is on the disk; it comes back as JSON has it (a date as text). Raises DiskFull
    and CannotWrite (then nothing was appended), ValueError for a line that is too long.
    """
    line_id = str(uuid7(now))
    text = as_line({"id": line_id, "at": now.astimezone(UTC), "body": line}).encode() + b"\n"
    if len(text) > LONGEST_LINE:
        raise ValueError(f"a spool line of {len(text)} bytes")
    path = _path(directory, kind)
    try:
        directory.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        with locked(path.with_suffix(".lock")):
            _write(path, text)
    except OSError as error:
        raise not_written(path, error) from error
    return line_id


def pending(store: Store, directory: Path, kind: str, limit: int = 10_000) -> Pending:
    """Return up to ``limit`` lines that are not settled; call it again until nothing waits.

    A line without its end is left for later: it may still be being written.
    """
    row = store.one("core.spool_mark", kind=kind)
    settled_to = Mark(row["begins"], row["settled_to"]) if row else Mark()
    path = _path(directory, kind)
    if not path.exists():
        return Pending([], 0, settled_to, settled_to)
    with path.open("rb") as handle:
        return _read(handle, settled_to, limit)


def settled(store: Store, kind: str, to: Mark) -> None:
    """Remember that all up to ``to`` is settled; call it in the transaction of the effect."""
    with store.transaction():
        if store.one("core.spool_mark", kind=kind) is None:
            # The counter is the guard: of two writers that start one kind, one is refused.
            store.take_ids("spool_cursor")
            store.run("core.start_spool", kind=kind)
        store.run("core.move_spool", kind=kind, begins=to.begins, settled_to=to.offset)


def uuid7(now: datetime) -> UUID:
    """Return a UUID of version 7 (RFC 9562): milliseconds, then chance; they sort by time."""
    stamp = int(now.timestamp() * 1000) & (1 << 48) - 1
    number = stamp << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return UUID(int=number)


def _path(directory: Path, kind: str) -> Path:
    if not KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind of spool line")
    return directory / f"{kind}.ndjson"


def _write(path: Path, text: bytes) -> None:
    is_new = not path.exists()
    with open(path, "a+b", buffering=0, opener=_private) as file:
        end = file.seek(0, os.SEEK_END)
        if end and not _ends_a_line(file, end):
            # A writer was killed half-way; its line is closed, not continued.
            end += file.write(b"\n")
        try:
            rest = memoryview(text)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(end)
            raise
    if is_new:
        sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def _ends_a_line(file: FileIO, end: int) -> bool:
    file.seek(end - 1)
    return file.read(1) == b"\n"


def _read(handle: BinaryIO, settled_to: Mark, limit: int) -> Pending:
    first = handle.readline(LONGEST_LINE)
    if not first.endswith(b"\n") and len(first) < LONGEST_LINE:
        return Pending([], 0, settled_to, settled_to)
    begins = sha256(first).hexdigest()[:16]
    size = handle.seek(0, os.SEEK_END)
    # Where another file stands than the one that was settled, all of its lines are new; where
    # the same one has lost its end, what is left was settled.
    start = Mark(begins, min(settled_to.offset, size) if settled_to.begins == begins else 0)
    handle.seek(start.offset)
    lines: list[Line] = []
    damaged, end = 0, start
    for offset, text in _whole_lines(handle, start.offset):
        end = Mark(begins, offset)
        found = _line(text, end)
        if found is None:
            damaged += 1
        else:
            lines.append(found)
        if len(lines) + damaged == limit:
            break
    return Pending(lines, damaged, settled_to, end)


def _whole_lines(handle: BinaryIO, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield each line that has an end, with the offset after it; one too long comes empty."""
    kept = b""
    too_long = False
    while part := handle.readline(LONGEST_LINE):
        offset += len(part)
        if part.endswith(b"\n"):
            yield offset, b"" if too_long else kept + part
            kept, too_long = b"", False
        else:
            too_long = too_long or len(kept) + len(part) >= LONGEST_LINE
            kept = b"" if too_long else kept + part


def _line(text: bytes, end: Mark) -> Line | None:
    try:
        record = json.loads(text)
        body = record["body"]
        recorded_at = datetime.fromisoformat(record["at"]).astimezone(UTC)
        return Line(str(UUID(record["id"])), recorded_at, dict(body), end)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
