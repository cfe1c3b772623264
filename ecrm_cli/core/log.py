"""What commands did, in ``.ecrm/logs/ecrm.log``, without anybody's data.

One line a command: when, which version, which command, the names of its flags, how it ended.
No argument, value, message or path gets in: an owner can send this file to a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ecrm_cli import __version__
from ecrm_cli.core.errors import EcrmError
from ecrm_cli.core.system import PRIVATE_FILE, locked, set_mode

FILE = "ecrm.log"
# Some thousand commands a file; the old ones are ecrm.log.1 (newest) to ecrm.log.3.
LARGEST_BYTES = 1_000_000
KEPT = 3
# The innermost ones: a bug that calls itself has a thousand.
FRAMES = 50

_FLAG = re.compile(r"--?[a-zA-Z][a-z-]{0,30}(?==|$)|-[a-zA-Z]")
_WORDS = re.compile(r"[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)*")
_INSTALLED = re.compile(r".*(?:site-packages|lib[/\\]python3\.\d+)[/\\]")
_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Run:
    """One command that has ended.

    ``argv`` is only looked through for the names of flags; ``seconds`` is how long it took;
    ``failure`` is what ended it, if anything did; ``command`` is its path as the door knows it
    (``contact show``), empty when the line could not be parsed.
    """

    argv: Sequence[str]
    code: int
    seconds: float
    failure: BaseException | None = None
    command: str = ""


def write_log(folder: Path, run: Run, moment: datetime) -> bool:
    """Add a line to the log in ``folder`` and, for a bug, where it happened.

    Returns False when the log cannot be written (a full disk, a read-only folder): the command
    has ended as it has, and that is what its exit code must say.
    """
    text = "".join(f"{line}\n" for line in lines(run, moment))
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "lock"):
            _append(folder / FILE, text)
        return True
    return False


def lines(run: Run, moment: datetime) -> list[str]:
    """Return what is written about a command: one line, and a bug's frames below it."""
    words = [
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        __version__,
        run.command if _WORDS.fullmatch(run.command) else "-",
        *flags(run.argv),
        f"exit={run.code}",
        f"{run.seconds:.2f}s",
    ]
    if isinstance(run.failure, EcrmError):
        words.append(run.failure.kind)
    elif run.failure is not None:
        words.append(type(run.failure).__name__)
    bug = run.failure if run.code == EcrmError.code else None
    return [" ".join(words), *(f"  {line}" for line in describe_bug(bug))]


def flags(argv: Sequence[str]) -> list[str]:
    """Return the names of the flags on a line, each once, without their values."""
    found = (_FLAG.match(word) for word in argv[: _end_of_flags(argv)])
    return list(dict.fromkeys(match[0] for match in found if match))


def describe_bug(error: BaseException | None) -> list[str]:
    """Return where an exception came from: file:line:function a frame, then its type.

    What led to it comes first. Messages and values are left out: they may quote a customer.
    """
    if error is None:
        return []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [
        *describe_bug(cause),
        *(f"{_short(Path(frame.filename))}:{frame.lineno}:{frame.name}" for frame in frames),
        type(error).__qualname__,
    ]


def _end_of_flags(argv: Sequence[str]) -> int:
    return argv.index("--") if "--" in argv else len(argv)


def _short(file: Path) -> str:
    """Return a file's name without the folders of whoever installed it."""
    with suppress(ValueError):
        return f"{_PACKAGE.name}/{file.relative_to(_PACKAGE).as_posix()}"
    return _INSTALLED.sub("", file.as_posix()) if _INSTALLED.match(file.as_posix()) else file.name


def _append(log: Path, text: str) -> None:
    if log.exists() and log.stat().st_size + len(text.encode()) > LARGEST_BYTES:
        _rotate(log)
    with log.open("a", encoding="utf-8") as handle:
        set_mode(log, PRIVATE_FILE)
        handle.write(text)


def _rotate(log: Path) -> None:
    for number in range(KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))
