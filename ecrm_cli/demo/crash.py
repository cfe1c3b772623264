"""A sender that is killed in the middle: a real process, and a real SIGKILL."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from ecrm_cli.core.processes import hold
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.demo.stage import Stage, Stopped

LOOK_EVERY = 0.002
# How long the last processes of a dead sender may take to notice, in seconds.
PATIENCE = 20.0


def kill_half_way(stage: Stage, line: str, audience: int) -> bool:
    """Start a sender of ``audience`` messages and kill it when half of them are there.

    Returns whether it was killed: it may have been faster. Raises Stopped when it failed.
    """
    box = Workspace(stage.folder).outbox / "new"
    before = _count(box)
    process = stage.start(line)
    try:
        while process.poll() is None and _count(box) - before < audience // 2:
            time.sleep(LOOK_EVERY)
        killed = process.poll() is None
    finally:
        process.kill()
    said, _ = process.communicate()
    stage.put(said + ("Killed\n" if killed else ""))
    if not killed and process.returncode:
        raise Stopped(line, process.returncode)
    stage.end(line, _as_a_shell_says(process))
    _wait_for_the_last(Workspace(stage.folder).send_lock)
    return killed


def _count(box: Path) -> int:
    return sum(1 for _ in box.iterdir()) if box.is_dir() else 0


def _as_a_shell_says(process: subprocess.Popen[str]) -> int:
    code = process.returncode
    return 128 - code if code < 0 else code


def _wait_for_the_last(lock: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        held = hold(lock)
        if held is not None:
            held.close()
            return
        time.sleep(LOOK_EVERY)
