"""``python -m bench --scale S``: measures, prints, and at full size writes bench/results.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench import figures
from bench.figures import Figure
from bench.growth import growth
from bench.process import CommandFailed, measured, python
from bench.sending import MIDDLE, SMALL, sending

HERE = Path(__file__).parent
DATA = HERE / "data"
PEOPLE, SALES = 1_000_000, 5_000_000
# In a process of its own: what this one has had in memory would be counted to those it starts.
MAKE = """
import duckdb, json, sys
with duckdb.connect() as engine:
    engine.execute(sys.argv[1], json.loads(sys.argv[2]))
"""


def main() -> int:
    """Measure at the scale asked for; a missed budget is printed, a failed command fails."""
    asked = argparse.ArgumentParser(prog="bench")
    asked.add_argument("--scale", type=float, default=1.0)
    asked.add_argument("--write", action="store_true", help="write results.md at any scale")
    asked.add_argument("--only", choices=["book", "sending"], help="measure this and nothing else")
    given = asked.parse_args()
    folder = figures.fresh(DATA / "run")
    people, sales = _files(given.scale)
    try:
        found = []
        if given.only != "sending":
            found += _measure(folder, people, sales)
            found += _told(growth(folder, _files(given.scale / 10), (people, sales)))
        if given.only != "book":
            found += _told(sending(folder, _lists(given.scale)))
    except CommandFailed as error:
        sys.stderr.write(f"A measured command failed: {error}\n")
        return 1
    if given.write or (given.scale == 1 and given.only is None):
        (HERE / "results.md").write_text(_page(found, given.scale), encoding="utf-8")
    missed = sum(not figure.met for figure in found)
    sys.stdout.write(f"{len(found)} figures, {missed} over budget\n")
    return 0


def _files(scale: float) -> tuple[Path, Path]:
    """Return the files of contacts and of orders at a scale."""
    return (
        _made("contacts", round(PEOPLE * scale), scale),
        _made("orders", round(SALES * scale), scale),
    )


def _measure(folder: Path, people: Path, sales: Path) -> list[Figure]:
    found: list[Figure] = []
    for part in (
        figures.start_up(folder),
        figures.imports(folder, people, sales),
        figures.segments(folder),
        figures.caller(folder),
        figures.loyalty(folder),
        figures.reports(folder),
    ):
        found += _told(part)
    return found


def _told(part: Iterable[Figure | str]) -> list[Figure]:
    """Print each figure as it is found, and the words on what was left out; return the figures."""
    found = []
    for figure in part:
        sys.stdout.write((figure if isinstance(figure, str) else _line(figure)) + "\n")
        sys.stdout.flush()
        if isinstance(figure, Figure):
            found.append(figure)
    return found


def _lists(scale: float) -> dict[int, Path]:
    """Return lists of recipients, the small one first."""
    whole = max(SMALL, round(PEOPLE * scale))
    return {
        people: _made("recipients", people, people / PEOPLE)
        for people in sorted({SMALL, min(MIDDLE, whole), whole})
    }


def _line(figure: Figure) -> str:
    verdict = "" if figure.met else "  OVER"
    return (
        f"{figure.name:<58} {figure.ratio:6.2f} (budget {figure.limit})"
        f"  {figure.ours:.2f} / {figure.reference:.2f} {figure.unit}{verdict}"
    )


def _made(name: str, rows: int, scale: float) -> Path:
    path = DATA / f"{name}-{scale:g}.csv"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        text = (HERE / f"{name}.sql").read_text(encoding="utf-8")
        draft = path.with_suffix(".part")
        given = {"rows": rows, "people": max(1, rows // 5)}
        asked = {key: value for key, value in given.items() if f"${key}" in text}
        words = f"COPY ({text.rstrip().rstrip(';')}) TO '{draft}' (HEADER)"
        measured(python("-c", MAKE, words, json.dumps(asked)), DATA)
        draft.replace(path)
    return path


def _page(found: list[Figure], scale: float) -> str:
    import duckdb

    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = "\n".join(
        f"| {figure.name} | {figure.limit} | {figure.ratio:.2f} | {figure.ours:.2f} | "
        f"{figure.reference:.2f} {figure.unit} | {'kept' if figure.met else 'missed'} |"
        for figure in found
    )
    machine = (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )
    size = f"{round(PEOPLE * scale):,} contacts, {round(SALES * scale):,} orders"
    return f"""# What was measured

Commit {commit}, {datetime.now(UTC):%Y-%m-%d}, scale {scale:g} ({size}).
{machine}.
Each figure is ours over the reference, both of this run; `make bench` makes the table again.

| Figure | Budget | Ratio | Ours | Reference | |
| --- | --: | --: | --: | --: | --- |
{rows}
"""


if __name__ == "__main__":
    sys.exit(main())
