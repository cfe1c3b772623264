"""The error tree: each class owns its sentence, its hint and its exit code.

Raised anywhere, caught once at the front door. A family (``DataError``, ``NotFound``, …) fixes
the exit code; rooms add small subclasses whose ``__init__`` builds the sentence from its facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar


class EcrmError(Exception):
    """An error whose message is meant for the user.

    ``message`` is one sentence; ``hint`` says what to do next; ``file``, ``line`` and ``key``
    name the place; ``matches`` are close names. ``code`` is the exit code.
    """

    code: ClassVar[int] = 1
    kind: ClassVar[str] = "bug"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        place: Place | None = None,
        matches: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place or Place()
        self.matches = list(matches)

    def as_dict(self) -> dict[str, object]:
        """Return the object printed on stderr under ``error`` with ``--json``."""
        return {
            "code": self.code,
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint or None,
            "file": self.place.file,
            "line": self.place.line,
            "key": self.place.key,
            "matches": self.matches,
        }


class Place:
    """Where in the user's input something is wrong: any part may be unknown."""

    def __init__(
        self, file: str | Path | None = None, line: int | None = None, key: str | None = None
    ) -> None:
        self.file = None if file is None else str(file)
        self.line = line
        self.key = key

    def __str__(self) -> str:
        spot = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ", ".join(part for part in (spot, self.key and f"key {self.key}") if part)


class UsageError(EcrmError):
    """The command line was wrong."""

    code = 2
    kind = "usage"


class DataError(EcrmError):
    """Input or configuration was wrong: the file, line, column or key is named."""

    code = 3
    kind = "bad-data"


class NotFound(EcrmError):
    """A named object is absent; close names are offered."""

    code = 4
    kind = "not-found"

    @classmethod
    def named(cls, noun: str, name: str, known: Iterable[str] = (), hint: str = "") -> NotFound:
        """Build the usual sentence, with close matches out of ``known``."""
        from difflib import get_close_matches

        matches = get_close_matches(name, list(known), n=3, cutoff=0.6)
        if matches and not hint:
            hint = f"Did you mean {' or '.join(matches)}?"
        return cls(f"There is no {noun} {name!r}.", hint=hint, matches=matches)


class Conflict(EcrmError):
    """It exists already, is ambiguous, was done before, or changed meanwhile."""

    code = 5
    kind = "conflict"


class PartlyDone(EcrmError):
    """Some of it was done; the rest is listed."""

    code = 6
    kind = "partly-done"


class OutsideFailure(EcrmError):
    """An outside service, or the machine itself, refused or failed."""

    code = 7
    kind = "outside"


class NotAllowed(EcrmError):
    """No consent, or a yes is needed and there is no terminal."""

    code = 8
    kind = "not-allowed"


class Busy(EcrmError):
    """Another process holds the database."""

    code = 75
    kind = "busy"

    def __init__(self, holder: str, waited: float) -> None:
        super().__init__(
            f"The database is in use by {holder}; waited {waited:g} s.",
            hint="Try again when it has finished, or wait longer with --wait 60s.",
        )


class Interrupted(EcrmError):
    """The user pressed Ctrl-C or the process was told to stop."""

    code = 130
    kind = "interrupted"

    def __init__(self) -> None:
        super().__init__(
            "Interrupted.", hint="What was not finished was not written; run the command again."
        )


class DiskFull(OutsideFailure):
    """The file system has no room left."""

    kind = "disk-full"

    def __init__(self, where: str | Path) -> None:
        super().__init__(
            f"There is no space left on the disk that holds {where}; nothing was changed.",
            hint="Free some space and run the command again.",
        )


class CannotWrite(OutsideFailure):
    """The machine does not let a file be written."""

    kind = "cannot-write"

    def __init__(self, where: str | Path, why: str) -> None:
        super().__init__(
            f"{where} cannot be written: {why}.",
            hint="Check who owns the folder and whether it may be written to.",
        )
