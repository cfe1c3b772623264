"""What a sender process has begun and what it was answered, in a file that outlives it.

One JSON object a line: ``head`` first, then ``b`` before a message may leave, ``a`` with the
answer after it, and ``y`` after everything up to that many bytes was brought to the disk.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from ecrm_cli.core.mailers import Answer, Status
from ecrm_cli.core.system import PRIVATE_FILE, not_written, write_whole

SYNC_EVERY_SECONDS = 0.5
SYNC_EVERY_LINES = 200

# Made once: two lines are written for every message.
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Claim:
    """What was claimed at one go: its number, its run, and into how many journals it was dealt.

    ``boot`` names the start of the machine it belongs to.
    """

    number: int
    run_id: int
    parts: int
    boot: str

    @property
    def sender_id(self) -> str:
        """The claim as ``message.sender_id`` has it."""
        return f"{self.number}/{self.parts}@{self.boot}"

    @classmethod
    def read(cls, run_id: int, sender_id: str) -> Claim:
        """Return the claim that a ``sender_id`` names."""
        numbers, _, boot = sender_id.partition("@")
        number, _, parts = numbers.partition("/")
        return cls(int(number), run_id, int(parts), boot)

    def journal(self, folder: Path, part: int) -> Path:
        """Return the file of one part, counted from 0."""
        return folder / f"{self.run_id}-{self.number}-{part}.ndjson"


def open_journals(folder: Path, claim: Claim) -> list[Path]:
    """Make the journals of a claim, each with its head; return them.

    They are there before the claim is, so that one that is missing later says something. Raises
    DiskFull, CannotWrite.
    """
    made = []
    for part in range(claim.parts):
        path = claim.journal(folder, part)
        head = {"run": claim.run_id, "batch": claim.number, "worker": part, "of": claim.parts,
                "pid": os.getpid(), "boot": claim.boot}  # fmt: skip
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
            try:
                write_whole(handle, _line({"head": head}))
            finally:
                os.close(handle)
        except OSError as error:
            raise not_written(path, error) from error
        made.append(path)
    return made


class Journal:
    """A journal that is being written, by one process; ``sync`` secures what it speaks of."""

    def __init__(self, path: Path, sync: Callable[[], None]) -> None:
        self._path = path
        self._sync_mail = sync
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            raise not_written(path, error) from error
        self._lines = 0
        self._synced_at = time.monotonic()

    def begin(self, message_id: int) -> None:
        """Say that from here on a message may have left. Raises DiskFull, CannotWrite."""
        self._write({"b": message_id})

    def answer(self, message_id: int, answer: Answer, moment: datetime) -> None:
        """Say what became of a message. Raises DiskFull, CannotWrite."""
        self._write(answered(message_id, answer, moment))
        self._lines += 1
        late = time.monotonic() - self._synced_at >= SYNC_EVERY_SECONDS
        if late or self._lines >= SYNC_EVERY_LINES:
            self.sync()

    def sync(self) -> None:
        """Bring everything so far to the disk, and say so. Raises DiskFull, CannotWrite."""
        try:
            self._sync_mail()
            os.fsync(self._handle)
        except OSError as error:
            raise not_written(self._path, error) from error
        self._write({"y": os.fstat(self._handle).st_size})
        self._lines, self._synced_at = 0, time.monotonic()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _write(self, entry: Mapping[str, Any]) -> None:
        try:
            write_whole(self._handle, _line(entry))
        except OSError as error:
            raise not_written(self._path, error) from error


def answered(message_id: int, answer: Answer, moment: datetime) -> dict[str, Any]:
    """Return the line about what became of a message."""
    line: dict[str, Any] = {"a": message_id, "s": answer.status, "r": answer.words,
                            "t": moment.isoformat()}  # fmt: skip
    return line if answer.reason is None else {**line, "w": answer.reason}


def _line(entry: Mapping[str, Any]) -> bytes:
    return _encoded(entry).encode() + b"\n"


@dataclass
class Found:
    """A journal as it was found: of which claim and machine, what had begun, what was answered.

    ``answers`` maps a message to the line about it; a head that cannot be read leaves ``boot``
    empty. What no sender process writes there makes it ``damaged``: what it does not say is not
    known then.
    """

    path: Path
    run_id: int
    number: int
    part: int
    boot: str = ""
    begun: set[int] = field(default_factory=set)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    damaged: bool = False

    def is_of(self, claim: Claim) -> bool:
        """Whether it is one of a claim's journals."""
        return (self.run_id, self.number) == (claim.run_id, claim.number)

    @property
    def unanswered(self) -> set[int]:
        """The messages that may have left, or not."""
        return self.begun - self.answers.keys()

    def take(self, line: bytes, start: int) -> None:
        """Take in what stands in a line that begins at byte ``start``."""
        entry = _entry(line)
        match entry:
            case {"head": {"run": self.run_id, "batch": self.number, "worker": self.part,
                           "boot": str(boot)}}:  # fmt: skip
                self.boot = boot
            case {"b": int(message_id)} if _is_number(message_id):
                self.begun.add(message_id)
            case {"a": int(message_id)} if _is_number(message_id) and _is_answer(entry):
                self.answers[message_id] = entry
            # It tells where it stands itself: a line before it that went away is missed.
            case {"y": int(before)} if before == start:
                pass
            case _:
                self.damaged = True


def found_in(folder: Path) -> list[Found]:
    """Return every journal in a folder, those of a claim beside each other."""
    found = [_read(path, *named) for path, named in _named(folder)]
    return sorted(found, key=lambda journal: (journal.run_id, journal.number))


def _named(folder: Path) -> Iterator[tuple[Path, tuple[int, int, int]]]:
    """Yield the journals with run, claim and part; a file by another name is none."""
    for path in sorted(folder.glob("*.ndjson")):
        words = path.stem.split("-")
        if len(words) == 3 and all(word.isascii() and word.isdigit() for word in words):
            yield path, (int(words[0]), int(words[1]), int(words[2]))


def _read(path: Path, run_id: int, number: int, part: int) -> Found:
    found, start = Found(path, run_id, number, part), 0
    # A line that was cut off, or never reached the disk, says nothing.
    for line in path.read_bytes().split(b"\n")[:-1]:
        found.take(line, start)
        start += len(line) + 1
    return found


def _entry(line: bytes) -> dict[str, Any]:
    """Return what stands in a line; nothing when it is no object."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _is_number(message_id: int) -> bool:
    return message_id is not True and 0 < message_id < 2**63


def _is_answer(said: Mapping[str, Any]) -> bool:
    try:
        datetime.fromisoformat(said["t"])
    except (KeyError, TypeError, ValueError):
        return False
    known = said.get("s") in get_args(Status)
    return known and isinstance(said.get("r"), str) and isinstance(said.get("w"), str | None)
