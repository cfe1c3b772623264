"""How tests speak with ecrm: through the front door in this process, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ecrm_cli.cli import run

CHECKOUT = Path(__file__).parents[1]
# The time of every test.
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The answer of a command asked with ``--json``."""
        return json.loads(self.stdout)

    @property
    def error(self) -> Any:
        """The error that a command asked with ``--json`` said on stderr."""
        return json.loads(self.stderr.splitlines()[-1])["error"]


@dataclass
class Ecrm:
    """``ecrm("contact", "list")`` in a folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *argv: str | Path, stdin: str | bytes = b"") -> Answer:
        """Call the front door in this process; stdin is never a terminal."""
        out, err = _stream(), _stream()
        with (
            _in_folder(self.folder),
            patch.dict(os.environ, self.environment),
            patch("sys.stdin", _stream(stdin)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = run([str(word) for word in argv])
        return Answer(code, _text(out), _text(err))

    def process(
        self, *argv: str | Path, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> Answer:
        """Run ecrm as a process of its own."""
        ran = subprocess.run(
            ecrm_words(*argv),
            cwd=self.folder,
            env=process_environment({**self.environment, **(environment or {})}),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return Answer(ran.returncode, ran.stdout, ran.stderr)


def ecrm_words(*argv: str | Path) -> list[str]:
    """Return the words that start ecrm with this interpreter."""
    return [sys.executable, "-m", "ecrm_cli", *(str(word) for word in argv)]


def process_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that finds this checkout's ecrm."""
    found = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(CHECKOUT), *([found] if found else [])])
    return {**os.environ, "PYTHONPATH": path, **more}


def _stream(given: str | bytes = b"") -> io.TextIOWrapper:
    content = given.encode() if isinstance(given, str) else given
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@contextmanager
def _in_folder(folder: Path) -> Any:
    before, mask = Path.cwd(), os.umask(0o022)
    os.umask(mask)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.umask(mask)


def folder_with_ecrm(scratch: Path) -> Path:
    """Return a folder that holds ``ecrm``: the environment's own, or one made in ``scratch``."""
    installed = Path(sys.executable).parent
    if (installed / "ecrm").exists():
        return installed
    script = scratch / "bin" / "ecrm"
    script.parent.mkdir(exist_ok=True)
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKOUT}" exec "{sys.executable}" -m ecrm_cli "$@"\n'
    )
    script.chmod(0o755)
    return script.parent
