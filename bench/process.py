"""A command as a process: how long it took, how much of the processor and of memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median


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
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "NO_COLOR": "1"}
    started = time.perf_counter()
    with (folder / "said.txt").open("w+b") as said:
        process = subprocess.Popen(
            words, cwd=folder, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL
        )
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise CommandFailed(f"{' '.join(words[1:])}\n{said.read().decode()}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median_of(words: list[str], folder: Path, times: int) -> Usage:
    """Run a command several times; return the median of each figure."""
    runs = [measured(words, folder) for _ in range(times)]
    return Usage(
        median(run.wall for run in runs),
        median(run.cpu for run in runs),
        median(run.memory for run in runs),
    )
