"""The log in .ecrm/logs: what ran, how long, how it ended; never whom it was about."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ecrm_cli import __version__
from ecrm_cli.core.errors import EcrmError

NAME = "ecrm.log"
LARGEST = 1_000_000
KEPT = 3


@dataclass(frozen=True)
class Run:
    """One command that has ended: its words, exit code, duration in seconds, and its error."""

    words: Sequence[str]
    code: int
    seconds: float
    failure: BaseException | None = None


def write_log(folder: Path, run: Run, now: datetime | None = None) -> None:
    """Append a line for one command, and a bug's frames; a log that cannot be written is no error.

    Of the words only the command and the names of options are kept: values are personal data.
    """
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    kind = f" {run.failure.kind}" if isinstance(run.failure, EcrmError) else ""
    line = f"{moment} {__version__} {told(run.words)} -> {run.code}{kind} {run.seconds:.2f}s"
    frames = describe_bug(run.failure) if run.failure is not None and run.code == 1 else []
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _turn_over(folder)
        with (folder / NAME).open("a", encoding="utf-8") as log:
            log.write("\n  ".join([line, *frames]) + "\n")


def told(words: Sequence[str]) -> str:
    """Return a command line without its values: the leading bare words and the option names."""
    bare = []
    for word in words:
        if word.startswith("-") or not word.isidentifier() or len(bare) == 2:
            break
        bare.append(word)
    options = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    return " ".join([*bare, *(option for option in options if not option[1:2].isdigit())])


def describe_bug(error: BaseException) -> list[str]:
    """Return where a bug happened: its type and frames, without messages and values."""
    frames = traceback.extract_tb(error.__traceback__)
    return [type(error).__name__] + [
        f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in frames
    ]


def _turn_over(folder: Path) -> None:
    current = folder / NAME
    if not current.exists() or current.stat().st_size < LARGEST:
        return
    for number in range(KEPT, 1, -1):
        older = folder / f"{NAME}.{number - 1}"
        if older.exists():
            older.replace(folder / f"{NAME}.{number}")
    current.replace(folder / f"{NAME}.1")
