"""What the tests of bad input share: a book that must not change, and processes in the way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.door import Answer, Ecrm, ecrm_words, process_environment
from tests.dump import dump

# What an import writes of itself even where no row came in.
TRACES = ("import_batch", "import_reject", "audit_entry", "counter")
HOLDER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""
Running = subprocess.Popen[str]


@contextmanager
def untouched(ecrm: Ecrm, *but: str) -> Iterator[None]:
    """Fail when any table but these differs afterwards."""
    database = ecrm.folder / "crm.duckdb"
    before = dump(database)
    assert before["contact"]
    yield
    after = dump(database)
    assert {name for name in before if before[name] != after[name]} <= set(but)


def refused(answer: Answer, code: int, *words: str) -> Any:
    """Check code and sentence of an error asked with --json; return the error."""
    assert (answer.code, answer.stdout) == (code, ""), answer
    for word in words:
        assert word in answer.error["message"], answer.error
    assert "Traceback" not in answer.stderr
    return answer.error


@contextmanager
def held(database: Path) -> Iterator[int]:
    """Hold the book open for writing in another process; give its number."""
    words = [sys.executable, "-c", HOLDER, str(database)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid
        holder.stdin.close()


def started(ecrm: Ecrm, *argv: str | Path) -> Running:
    """Start ecrm as a process of its own, in the folder."""
    return subprocess.Popen(
        ecrm_words(*argv),
        cwd=ecrm.folder,
        env=process_environment(ecrm.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def ended(running: Running) -> Answer:
    """Wait for a process to end; return what it gave back."""
    out, err = running.communicate(timeout=300)
    return Answer(running.returncode, out, err)


def has_come_to_the_book(running: Running) -> bool:
    """Whether a command has read its input: only then is the engine loaded."""
    return "duckdb" in Path(f"/proc/{running.pid}/maps").read_text()


def wait_for(happened: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
