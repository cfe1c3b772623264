"""A folder for one import's temporary files, gone when it ends, however it ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecrm_cli.core.errors import DiskFull
from ecrm_cli.core.system import is_running, no_room, not_written


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Make a folder under ``parent``; remove it after, and those of imports that were killed.

    Raises DiskFull, CannotWrite.
    """
    folder = parent / f"import-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error
    _clear(parent)
    try:
        yield folder
    except OSError as error:
        if no_room(error):
            raise DiskFull(folder) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(parent: Path) -> None:
    for left in parent.glob("import-*"):
        number = left.name.removeprefix("import-")
        if number.isdecimal() and not is_running(int(number)):
            shutil.rmtree(left, ignore_errors=True)
