"""A folder for one import's temporary files, gone when it ends, however it ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecrm_cli.core.errors import DiskFull
from ecrm_cli.core.system import is_running


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Make a folder under ``parent``; remove it after, and those of imports that were killed."""
    folder = parent / f"import-{os.getpid()}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob("import-*"):
            if not is_running(int(left.name.rpartition("-")[2])):
                shutil.rmtree(left, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        yield folder
    except OSError as error:
        if error.errno == 28:
            raise DiskFull(folder) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
