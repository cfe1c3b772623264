"""What every reader yields, and how a file that cannot be read is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecrm_cli.core.errors import DataError, Place


class Unreadable(DataError):
    """A file that cannot be understood as a whole; nothing of it is imported."""

    def __init__(self, label: str, why: str, hint: str = "", line: int | None = None) -> None:
        place = Place(label, line)
        super().__init__(f"{place}: {why}", hint=hint, place=place)


@dataclass(frozen=True)
class Record:
    """One row of a file: the line it begins on, its cells, and why it cannot be used, if so."""

    line: int
    cells: Sequence[str]
    fault: str = ""
    raw: str = ""


@dataclass(frozen=True)
class TextFile:
    """A file as UTF-8 text on disk: ``label`` is its name for people, ``path`` what to open.

    ``plain``: every line ends in the usual way, none is empty, and no quote follows a blank.
    ``odd_blanks``: there are blanks beside the plain space.
    """

    label: str
    path: Path
    sha256: str
    line_count: int
    plain: bool
    odd_blanks: bool = True
