"""The folder a demo lives in: made, recognized, made anew; nothing else is ever removed."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ecrm_cli.core.errors import Conflict
from ecrm_cli.core.system import PRIVATE_DIR, not_written, replace_file
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.upkeep.founding import NotAFolder

MARK = "demo.json"


class NotEmpty(Conflict):
    """The folder holds something that no demo put there."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            f"{root} is not empty, and no demo made it.",
            hint="Name another folder: ecrm demo NAME",
        )


class DemoThere(Conflict):
    """The folder holds a demo, whole or interrupted."""

    def __init__(self, root: Path, *, whole: bool) -> None:
        named = shlex.quote(str(root))
        super().__init__(
            f"{root} holds a demo already."
            if whole
            else f"{root} holds a demo that was interrupted.",
            hint=f"To make it anew, with all that is in it: ecrm demo {named} --force",
        )


@dataclass(frozen=True)
class Ground:
    """A demo's folder, and what its shop is made from."""

    root: Path
    seed: int
    today: date

    @property
    def exports(self) -> Path:
        """What the shop's system has exported."""
        return self.root / "exports"

    def finish(self) -> None:
        """Remember that the demo has come to its end."""
        self._remember(whole=True)

    def begin(self) -> None:
        """Make the folder, and remember that a demo is being made in it."""
        _make(mark_of(self.root).parent)
        self._remember(whole=False)
        _make(self.exports)

    def _remember(self, *, whole: bool) -> None:
        said = {"seed": self.seed, "today": str(self.today), "whole": whole}
        replace_file(mark_of(self.root), json.dumps(said) + "\n")


def clear(root: Path, *, force: bool) -> None:
    """Make sure that ``root`` is free for a demo; with ``force`` an earlier demo is removed.

    Raises NotAFolder, NotEmpty, DemoThere, CannotWrite.
    """
    if not root.exists():
        return
    if not root.is_dir():
        raise NotAFolder(root)
    if not any(root.iterdir()):
        return
    if not mark_of(root).is_file():
        raise NotEmpty(root)
    if not force:
        raise DemoThere(root, whole=_is_whole(root))
    _empty(root)


def mark_of(root: Path) -> Path:
    """Return the file that says a demo made the folder."""
    return Workspace(root).state / MARK


def _is_whole(root: Path) -> bool:
    try:
        return bool(json.loads(mark_of(root).read_text(encoding="utf-8"))["whole"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _empty(root: Path) -> None:
    """Remove everything but the mark: whoever is interrupted here can do it again."""
    try:
        for path in _inside(root):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError as error:
        raise not_written(root, error) from error


def _inside(root: Path) -> Iterator[Path]:
    mark = mark_of(root)
    yield from (path for path in root.iterdir() if path != mark.parent)
    yield from (path for path in mark.parent.iterdir() if path != mark)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error
