"""Runs a page of the documentation as its reader would: types its commands, makes its files.

In the page, a fenced block marked ``console`` holds lines that begin with ``$ `` and, below each,
what it prints; a line of ``...`` stands for any lines. ``[exit 6]`` closes the output of a command
that ends with that code. A block with a file's name beside its language, such as
``csv customers.csv``, is saved under that name. ``<!-- clock: TIME -->`` sets the page's day.

``python -m tests.pages.walkthrough PAGE --folder DIR`` shows it all in a terminal.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w+)(?:[ ]+(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CLOCK = re.compile(r"^<!-- clock: (\S+) -->$", re.MULTILINE)
_EXIT = re.compile(r"\n?\[exit (\d+)\]\n?\Z")


@dataclass(frozen=True)
class Typed:
    """A command of the page and what the page says it prints and ends with."""

    command: str
    output: str
    code: int = 0


@dataclass(frozen=True)
class Saved:
    """A file of the page."""

    name: str
    text: str


@dataclass(frozen=True)
class Said:
    """What a command really printed (both streams, as a terminal mixes them) and its exit code."""

    output: str
    code: int


@dataclass(frozen=True)
class Page:
    """The steps of a page, in order, and the time it is written for (ISO 8601, or empty)."""

    steps: tuple[Typed | Saved, ...]
    clock: str = ""


def read_page(text: str) -> Page:
    """Read the steps out of a Markdown page."""
    steps: list[Typed | Saved] = []
    for language, name, body in _FENCE.findall(text):
        if language == "console":
            steps.extend(_typed(body))
        elif name:
            steps.append(Saved(name, body))
    clock = _CLOCK.search(text)
    return Page(tuple(steps), clock.group(1) if clock else "")


def _typed(block: str) -> Iterator[Typed]:
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = piece.partition("\n")
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command = f"{command}\n{more.removeprefix('> ')}"
        ended = _EXIT.search(output)
        yield Typed(
            command,
            output[: ended.start()] if ended else output.rstrip("\n"),
            int(ended.group(1)) if ended else 0,
        )


def matches(expected: str, printed: str) -> bool:
    """Say whether ``printed`` is what the page shows; a line of ``...`` stands for any lines."""
    parts = (
        r"(?:.*\n)*" if line == "..." else re.escape(line.rstrip() + "\n")
        for line in expected.splitlines()
    )
    shown = "".join(line.rstrip() + "\n" for line in printed.splitlines())
    return re.fullmatch("".join(parts), shown) is not None


@dataclass
class Shell:
    """A terminal in a folder; ``cd`` in one command holds for the next."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def type(self, command: str) -> Said:
        """Run one command as ``sh`` would."""
        with tempfile.TemporaryDirectory() as scratch:
            where = Path(scratch) / "where"
            script = f'{command}\nended=$?\npwd > "$WHERE"\nexit $ended\n'
            ran = subprocess.run(
                ["sh", "-c", script],
                cwd=self.folder,
                env={**self.environment, "WHERE": str(where)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                check=False,
            )
            if where.exists():
                self.folder = Path(where.read_text(encoding="utf-8").rstrip("\n"))
        return Said(ran.stdout.rstrip("\n"), ran.returncode)

    def save(self, file: Saved) -> None:
        """Write a file of the page."""
        path = self.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")


def reader_environment(bin_folder: Path, clock: str) -> dict[str, str]:
    """Return the environment of the page's reader: ``ecrm`` on PATH, plain output, its clock."""
    path = f"{bin_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    fixed = {"PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1"}
    if clock:
        fixed["ECRM_NOW"] = clock
    ours = ("ECRM_WORKSPACE", "ECRM_NOW", "ECRM_ACTOR")
    return {k: v for k, v in os.environ.items() if k not in ours} | fixed


def show(page: Page, shell: Shell) -> int:
    """Show every step in this terminal; return 0, or 1 after a command that ended otherwise."""
    for step in page.steps:
        if isinstance(step, Saved):
            shell.save(step)
            _say(f"(saved {step.name}, {len(step.text.splitlines())} lines)")
            continue
        _say(f"$ {step.command}")
        said = shell.type(step.command)
        if said.output:
            _say(said.output)
        if said.code != step.code:
            _say(f"That ended with exit code {said.code}; {step.code} was expected.")
            return 1
        _say("")
    return 0


def main() -> int:
    """Show a page in a folder that is made anew."""
    parser = argparse.ArgumentParser(description="Run a page of the documentation.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    page = read_page((CHECKOUT / chosen.page).read_text(encoding="utf-8"))
    if chosen.folder.exists():
        _say(f"Removing {chosen.folder} of the last time.")
        shutil.rmtree(chosen.folder)
    chosen.folder.mkdir()
    _say(f"Walking through {chosen.page} in {chosen.folder}; what you see is really run.")
    if page.clock:
        _say(f"(The walk's clock stands at {page.clock}, so that it prints what the page shows.)")
    _say("")
    bin_folder = Path(sys.executable).parent
    code = show(page, Shell(chosen.folder.absolute(), reader_environment(bin_folder, page.clock)))
    if code == 0:
        _say(
            f"Everything it made is in {chosen.folder}. Start your own: .venv/bin/ecrm init my-shop"
        )
    return code


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
