"""How the cost grows: the same work over ten times the rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.process import ecrm, measured

TENFOLD = 12


def growth(
    folder: Path, tenth_files: tuple[Path, Path], whole_files: tuple[Path, Path]
) -> Iterator[Figure]:
    """Measure the imports of a tenth and of the whole (contacts, orders), each into a new book."""
    small = _walls(folder / "tenth", *tenth_files)
    large = _walls(folder / "whole", *whole_files)
    for name, tenth, whole in zip(("contacts", "orders"), small, large, strict=True):
        yield Figure(f"import of {name}, ten times the rows", TENFOLD, whole, tenth)


def _walls(shop: Path, people: Path, sales: Path) -> list[float]:
    measured(ecrm("init", str(shop), "--yes", "--country", "RS"), shop.parent)
    walls = [
        measured(ecrm("import", noun, str(path)), shop).wall
        for noun, path in (("contacts", people), ("orders", sales))
    ]
    shutil.rmtree(shop)
    return walls
