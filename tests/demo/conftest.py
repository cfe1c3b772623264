"""One demo with a seed that is not its own, played once for all tests that look at it."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, cast

import pytest

from ecrm_cli.cli import run
from ecrm_cli.demo import ops
from ecrm_cli.demo.stage import Stage, Terminal
from tests.door import NOW, Ecrm

SEED = 42
# What a command does besides telling: the second word of those that change nothing.
READS = {"list", "members", "explain", "count", "preview", "check", "status", "recipients",
         "balance", "history", "kpi", "show"}  # fmt: skip
READERS = {"today", "caller"}


@dataclass
class Played:
    """A demo that was played: its folder, its story, and what reading commands said twice."""

    root: Path
    story: str = ""
    commands: list[str] = field(default_factory=list)
    twice: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def ecrm(self) -> Ecrm:
        """The front door in the demo's folder."""
        return Ecrm(self.root)

    def door(self, argv: Sequence[str]) -> int:
        """Run a command of the story; one that only reads is asked again at once."""
        code, said = asked(argv)
        words = " ".join(argv)
        shown = not {"--json", "--log"} & set(argv)
        if shown and (argv[0] in READERS or (argv[1:2] and argv[1] in READS)):
            self.twice[words] = (said, asked(argv)[1])
        self.commands.append(words)
        sys.stdout.write(said)
        return code


def asked(argv: Sequence[str]) -> tuple[int, str]:
    """Return what a command ends with and says on stdout."""
    said = io.StringIO()
    with redirect_stdout(cast(TextIO, Terminal(said))):
        code = run(argv)
    return code, said.getvalue()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A demo, played to its end."""
    folder = tmp_path_factory.mktemp("demo")
    played, screen = Played(folder / "shop"), io.StringIO()
    stage = Stage(played.door, folder, screen)
    ops.play(stage, Path("shop"), SEED, NOW, force=False)
    played.story = screen.getvalue()
    return played
