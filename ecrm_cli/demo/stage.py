"""Where commands are typed before the reader: each is shown, then really run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, TextIO, cast

from ecrm_cli.core.errors import PartlyDone
from ecrm_cli.core.output import PipeClosed
from ecrm_cli.core.processes import environment_of_ours
from ecrm_cli.core.workspace import VARIABLE

WIDTH = 76
PROMPT, MORE = "$ ", "> "
Door = Callable[[Sequence[str]], int]


class Stopped(PartlyDone):
    """A command of the story ended otherwise than it should; the story ends with its code."""

    def __init__(self, line: str, code: int) -> None:
        super().__init__(
            f"The demo ends here: {line.split(chr(10))[0]} ended with {code}.",
            hint="What is said above tells why. To begin anew: the same command with --force.",
        )
        self.code = code  # type: ignore[misc]


class Terminal:
    """A screen for which tables are drawn as for a person, even when it is a pipe."""

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen

    def isatty(self) -> bool:
        """Say yes."""
        return True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._screen, name)


@dataclass(frozen=True)
class Step:
    """A command that was typed, and what it ended with."""

    line: str
    code: int


@dataclass
class Stage:
    """Types commands where the reader stands: in ``folder``, until ``enter``.

    ``door`` runs the words after ``ecrm``, in this process: to start one for each would take longer
    than the commands do. All that is said goes to ``screen``.
    """

    door: Door
    folder: Path
    screen: TextIO
    steps: list[Step] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Say something in between, folded to the width of a terminal."""
        for paragraph in textwrap.dedent(text).strip().split("\n\n"):
            self._put(textwrap.fill(" ".join(paragraph.split()), WIDTH) + "\n\n")

    def head(self, title: str) -> None:
        """Begin a part of the story."""
        self._put(f"{title}\n{'-' * len(title)}\n\n")

    def show(self, line: str) -> None:
        """Show a command as its reader would type it."""
        first, *others = line.split("\n")
        self._put("\n".join([PROMPT + first, *(MORE + other for other in others)]) + "\n")

    def enter(self, named: Path) -> None:
        """Go into a folder."""
        self.show(f"cd {shlex.quote(str(named))}")
        self.folder = self.folder / named.expanduser()
        self._put("\n")

    def type(self, line: str, *, ends: int = 0, given: Path | None = None) -> None:
        """Show and run an ``ecrm`` command; ``given`` is what stands behind <. Raises Stopped."""
        self.show(line if given is None else f"{line} < {given}")
        terminal = cast(TextIO, Terminal(self.screen))
        with redirect_stdout(terminal), redirect_stderr(self.screen):
            code = self.run(line, given)
        if code not in (ends, 0):
            raise Stopped(line, code)
        self.end(line, code)

    def ask(self, line: str) -> str:
        """Run an ``ecrm`` command unseen, and return what it said on stdout."""
        said = StringIO()
        with redirect_stdout(said), redirect_stderr(StringIO()):
            code = self.run(line)
        if code:
            raise Stopped(line, code)
        return said.getvalue()

    def shell(self, line: str) -> None:
        """Show and run a line of the shell; where there is none, nothing happens."""
        if (shell := shutil.which("sh")) is None:
            return
        self.show(line)
        ran = subprocess.run(  # noqa: S603 - a line of the story
            [shell, "-c", line], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, encoding="utf-8", check=False,
        )  # fmt: skip
        self._put(ran.stdout)
        if ran.returncode:
            raise Stopped(line, ran.returncode)
        self.end(line, 0)

    def start(self, line: str) -> subprocess.Popen[str]:
        """Show an ``ecrm`` command and start it as a process of its own, in a pipe."""
        self.show(line)
        return subprocess.Popen(  # noqa: S603 - this interpreter, this program
            [sys.executable, "-P", "-m", "ecrm_cli", *words_of(line)],
            cwd=self.folder, env=_for_a_process(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip

    def end(self, line: str, code: int) -> None:
        """Write down that a command has ended, and leave a line between it and the next."""
        self.steps.append(Step(line, code))
        self._put(f"[exit {code}]\n\n" if code else "\n")

    def run(self, line: str, given: Path | None = None) -> int:
        """Run the words of a line through the door, as if typed in the folder."""
        with self._in_folder(), _reading(given and self.folder / given):
            return self.door(words_of(line))

    def put(self, text: str) -> None:
        """Show what another process said."""
        self._put(text)

    @contextmanager
    def _in_folder(self) -> Iterator[None]:
        # Somebody's own workspace must not be taken for the demo's; and without a terminal, whoever
        # draws a table must not draw it in bold.
        wanted: dict[str, str | None] = {VARIABLE: None} | (
            {} if self.screen.isatty() else {"TERM": "dumb"}
        )
        with chdir(self.folder), _environment(wanted):
            yield

    def _put(self, text: str) -> None:
        try:
            self.screen.write(text)
            self.screen.flush()
        except BrokenPipeError as error:
            raise PipeClosed from error


def words_of(line: str) -> list[str]:
    """Return what stands after ``ecrm`` in a line, as a shell would split it."""
    return shlex.split(line.replace("\\\n", " "))[1:]


def _for_a_process() -> dict[str, str]:
    return {name: value for name, value in environment_of_ours().items() if name != VARIABLE}


@contextmanager
def _environment(wanted: Mapping[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set(before)


def _set(wanted: Mapping[str, str | None]) -> None:
    for name, value in wanted.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _reading(path: Path | None) -> Iterator[None]:
    before = sys.stdin
    with path.open(encoding="utf-8") if path else StringIO() as given:
        sys.stdin = given
        try:
            yield
        finally:
            sys.stdin = before
