"""Processes that belong together: a lock they share, how one is started, how it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ecrm_cli.core.system import PRIVATE_FILE, lock_file, not_written


class Hold:
    """A lock on a file, with a word in it; processes that were given ``handle`` hold it too.

    It is free when the last of them has ended, however it ended.
    """

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def say(self, words: str) -> None:
        """Write into the file who holds it; where the disk is full it stays unsaid."""
        with suppress(OSError):
            os.ftruncate(self.handle, 0)
            os.lseek(self.handle, 0, os.SEEK_SET)
            os.write(self.handle, words.encode())

    def is_at(self, path: Path) -> bool:
        """Whether the file is still the one at ``path``: its folder may have been moved."""
        try:
            there, here = path.stat(), os.fstat(self.handle)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def close(self) -> None:
        """Let go of it, in this process."""
        # Not unlocked: that would free it under the others, who share the open file.
        os.close(self.handle)


def hold(path: Path) -> Hold | None:
    """Take the lock on ``path``; None when somebody has it. Raises DiskFull, CannotWrite."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    except OSError as error:
        raise not_written(path, error) from error
    if lock_file(handle, blocking=False):
        return Hold(handle)
    os.close(handle)
    return None


def start_python(module: str, keep: int | None, complaints: Path) -> subprocess.Popen[bytes]:
    """Start a module of this program as a process joined by pipes to its stdin and stdout.

    It keeps the open file ``keep``, where there is one; what it says on stderr is added to
    ``complaints``.
    """
    try:
        sink = os.open(complaints, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    except OSError:
        # A full disk must not keep mail from being settled.
        sink = os.open(os.devnull, os.O_WRONLY)
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
            # -P: a file in the current folder must not be taken for one of Python's own.
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            env=environment_of_ours(),
            pass_fds=() if keep is None or sys.platform == "win32" else (keep,),
        )
    finally:
        os.close(sink)


def environment_of_ours() -> dict[str, str]:
    """Return this environment, such that another Python finds this program in it."""
    environment = dict(os.environ)
    root = Path(__file__).parents[2]
    if root.name not in ("site-packages", "dist-packages"):
        found = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join([str(root), *([found] if found else [])])
    return environment


def on_stop_signals(act: Callable[[], None]) -> None:
    """Call ``act`` when the process is told to stop: Ctrl-C, SIGTERM, a closed terminal."""

    def told(_number: int, _frame: object) -> None:
        act()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), told)
