"""A demo from its first file to its last word."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ecrm_cli.core.store import Row
from ecrm_cli.demo import story
from ecrm_cli.demo.exports import make_shop, write_exports
from ecrm_cli.demo.folder import Ground, clear
from ecrm_cli.demo.stage import Stage

# Where Zrno is: its day begins there.
ZONE = ZoneInfo("Europe/Belgrade")


def play(stage: Stage, named: Path, seed: int, now: datetime, *, force: bool) -> Row:
    """Make the shop of ``seed`` as of ``now``, and tell its story on the stage.

    ``named`` is the folder as the reader wrote it. Returns workspace, seed, today, steps.
    Raises NotEmpty, DemoThere, Stopped, CannotWrite, DiskFull.
    """
    ground = Ground(stage.folder / named.expanduser(), seed, now.astimezone(ZONE).date())
    clear(ground.root, force=force)
    ground.begin()
    write_exports(make_shop(seed, ground.today), seed, ground.exports)
    story.tell(stage, named, ground.today)
    ground.finish()
    steps = [{"command": step.line, "code": step.code} for step in stage.steps]
    return {"workspace": str(ground.root), "seed": seed, "today": ground.today, "steps": steps}
