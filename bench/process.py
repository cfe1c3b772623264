"""A command as a process: how long it took, how much of the processor and of memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# How often it is looked how much memory a command and its processes have, in seconds.
LOOK_EVERY = 0.2


class CommandFailed(Exception):
    """A measured command ended with another code than it should."""


@dataclass(frozen=True)
class Usage:
    """Wall and processor time in seconds, the largest resident size in MiB."""

    wall: float
    cpu: float
    memory: float


def python(*words: str) -> list[str]:
    """Return the words that start this environment's Python."""
    return [sys.executable, *words]


def ecrm(*words: str) -> list[str]:
    """Return the words that start ecrm."""
    return python("-m", "ecrm_cli", *words)


def measured(words: list[str], folder: Path) -> Usage:
    """Run a command to its end; raises CommandFailed when it fails."""
    started = time.perf_counter()
    with (folder / "said.txt").open("w+b") as said:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=_environment(),
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
        )
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise CommandFailed(f"{' '.join(words[1:])}\n{said.read().decode()}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def watched(words: list[str], folder: Path) -> tuple[Usage, str]:
    """Run a command to its end; return its usage and what it said. Raises CommandFailed.

    The memory is that of the command and all processes it started, summed: each page of theirs
    once (PSS), at the moment when that was the most.
    """
    started, most = time.perf_counter(), 0.0
    with (folder / "said.txt").open("w+b") as said, (folder / "talk.txt").open("w+b") as talk:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=_environment(),
            stdout=said,
            stderr=talk,
            stdin=subprocess.DEVNULL,
        )
        while process.poll() is None:
            most = max(most, sum(_proportional(pid) for pid in _family(process.pid)))
            time.sleep(LOOK_EVERY)
        wall = time.perf_counter() - started
        if process.returncode:
            talk.seek(0)
            raise CommandFailed(f"{' '.join(words[1:])}\n{talk.read().decode()}")
        said.seek(0)
        return Usage(wall, 0.0, most), said.read().decode()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "NO_COLOR": "1"}


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all that it started and that run still."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _proportional(pid: int) -> float:
    """Return a process's share of the pages it uses, in MiB; 0 for one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def median_of(words: list[str], folder: Path, times: int) -> Usage:
    """Run a command several times; return the median of each figure."""
    runs = [measured(words, folder) for _ in range(times)]
    return Usage(
        median(run.wall for run in runs),
        median(run.cpu for run in runs),
        median(run.memory for run in runs),
    )
