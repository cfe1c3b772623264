"""A Maildir: mail that goes into a folder of this machine."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from ecrm_cli.core.headers import BadAddress, wire_address
from ecrm_cli.core.mailers import UNFIT, Answer
from ecrm_cli.core.system import (
    PRIVATE_DIR,
    PRIVATE_FILE,
    not_written,
    sync_folder,
    write_whole,
)


def make_maildir(folder: Path) -> None:
    """Make the folders of a Maildir where they are missing. Raises DiskFull, CannotWrite."""
    for name in ("tmp", "new", "cur"):
        try:
            (folder / name).mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(folder, error) from error


class FolderMailer:
    """A Maildir that is there: whole messages appear in ``new``, for their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._unsynced: list[int] = []
        # A slash or a colon in a machine's name would be read as a folder or as a mark.
        self._host = re.sub(r"[/:]", "_", socket.gethostname())

    def deliver(
        self, message: bytes, sender: str, recipient: str, begun: Callable[[], None]
    ) -> Answer:
        """See Mailer; what cannot be written raises DiskFull or CannotWrite."""
        try:
            wire_address(recipient)
        except BadAddress:
            return UNFIT
        now = time.time_ns() // 1000
        name = f"{now // 1_000_000}.M{now % 1_000_000}P{os.getpid()}Q{next(self._numbers)}"
        draft = self._folder / "tmp" / f"{name}.{self._host}"
        handle = self._written(draft, message)
        try:
            begun()
            answer = _moved(draft, self._folder / "new" / draft.name)
        except BaseException:
            os.close(handle)
            draft.unlink(missing_ok=True)
            raise
        self._unsynced.append(handle)
        return answer

    def sync(self) -> None:
        """Bring the messages since the last time, and their names, to the disk."""
        if not self._unsynced:
            return
        while self._unsynced:
            handle = self._unsynced.pop()
            os.fsync(handle)
            os.close(handle)
        sync_folder(self._folder / "new")

    def close(self) -> None:
        """Bring everything to the disk."""
        self.sync()

    def _written(self, draft: Path, message: bytes) -> int:
        """Write a message aside; return the open file."""
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        except OSError as error:
            raise not_written(draft, error) from error
        try:
            write_whole(handle, message)
        except OSError as error:
            os.close(handle)
            draft.unlink(missing_ok=True)
            raise not_written(draft, error) from error
        return handle


def _moved(draft: Path, target: Path) -> Answer:
    try:
        draft.rename(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        return Answer("deferred", f"{target}: {(error.strerror or 'not written').lower()}")
    return Answer("sent", f"new/{target.name}")
