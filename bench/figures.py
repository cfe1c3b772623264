"""What is measured: each figure beside its reference, in the same run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.process import Usage, ecrm, measured, median_of, python, watched

MIB_BUDGET = 1536
# Anybody of the people who were imported.
PERSON = "P-17"
COPY = """
import duckdb, sys
with duckdb.connect(sys.argv[2]) as book:
    book.execute("CREATE TABLE copy AS SELECT * FROM read_csv($path)", {"path": sys.argv[1]})
"""
SCAN = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as book:
    book.execute("SELECT contact_id, count(*), sum(total), max(ordered_at) FROM orders "
                 "GROUP BY contact_id").fetchall()[:1]
"""


@dataclass(frozen=True)
class Figure:
    """One line of the table: ``ours`` over ``reference`` should not pass ``budget``.

    Of a rate the budget is the ``least``.
    """

    name: str
    budget: float
    ours: float
    reference: float
    unit: str = "s"
    least: bool = False

    @property
    def ratio(self) -> float:
        """How many times the reference."""
        return self.ours / self.reference

    @property
    def met(self) -> bool:
        """Whether the budget is kept."""
        return self.ratio >= self.budget if self.least else self.ratio <= self.budget

    @property
    def limit(self) -> str:
        """The budget in words."""
        return f"{'≥' if self.least else '≤'} {self.budget:g}"


def start_up(folder: Path) -> Iterator[Figure]:
    """Measure what starting costs, in processor time."""
    typer = median_of(python("-c", "import typer"), folder, 9).cpu
    for words in (["--help"], ["version"]):
        ours = median_of(ecrm(*words), folder, 9).cpu
        yield Figure(f"ecrm {words[0]} / import typer", 1.5, ours, typer, "s CPU")
    measured(ecrm("init", "empty", "--yes"), folder)
    engine = median_of(python("-c", "import duckdb"), folder, 7).cpu
    ours = median_of(ecrm("-C", "empty", "contact", "list"), folder, 7).cpu
    yield Figure("contact list, empty workspace / import duckdb", 3, ours, engine, "s CPU")


def imports(folder: Path, people: Path, sales: Path) -> Iterator[Figure]:
    """Measure the imports against the engine's own copy of the same file into a file."""
    measured(ecrm("init", "shop", "--yes", "--country", "RS"), folder)
    shop = folder / "shop"
    first = measured(ecrm("import", "contacts", str(people)), shop)
    yield from _import(folder, "import of contacts", 8, first, people)
    again = measured(ecrm("import", "contacts", str(people), "--again"), shop)
    yield Figure("the same contacts again / first import", 1, again.wall, first.wall)
    orders = measured(ecrm("import", "orders", str(sales)), shop)
    yield from _import(folder, "import of orders", 7, orders, sales)


def _import(folder: Path, name: str, budget: float, ours: Usage, path: Path) -> Iterator[Figure]:
    yield Figure(f"{name} / CREATE TABLE AS read_csv", budget, ours.wall, _copy(folder, path))
    yield Figure(f"{name}, memory / {MIB_BUDGET} MiB", 1, ours.memory, MIB_BUDGET, "MiB")


def _copy(folder: Path, path: Path) -> float:
    walls = []
    for _ in range(3):
        target = folder / "copy.duckdb"
        target.unlink(missing_ok=True)
        walls.append(measured(python("-c", COPY, str(path), str(target)), folder).wall)
        target.unlink()
    return sorted(walls)[1]


def segments(folder: Path) -> Iterator[Figure]:
    """Measure shipped segments against one scan of orders with a group by contact."""
    shop = folder / "shop"
    scan = median_of(python("-c", SCAN, "crm.duckdb"), shop, 3).wall
    names = sorted(path.stem for path in (shop / "segments").glob("*.yaml"))
    once = {name: measured(ecrm("segment", "count", name), shop).wall for name in names}
    heaviest = max(once, key=lambda name: once[name])
    for name in dict.fromkeys(["one-time-buyers", heaviest]):
        ours = median_of(ecrm("segment", "count", name), shop, 3).wall
        note = f" (heaviest of {len(names)} shipped)" if name == heaviest else ""
        yield Figure(f"segment {name}{note} / scan of orders", 3, ours, scan)


def loyalty(folder: Path) -> Iterator[Figure]:
    """Measure the points of every order, posted at once, and then with nothing left to post."""
    shop = folder / "shop"
    scan = median_of(python("-c", SCAN, "crm.duckdb"), shop, 3).wall
    measured(ecrm("setup", "loyalty", "--per", "10 EUR", "--value", "0.3 EUR"), shop)
    first = measured(ecrm("loyalty", "settle"), shop)
    yield Figure("loyalty settle of all orders / scan of orders", 10, first.wall, scan)
    yield Figure(f"loyalty settle, memory / {MIB_BUDGET} MiB", 1, first.memory, MIB_BUDGET, "MiB")
    again = median_of(ecrm("loyalty", "settle"), shop, 3).wall
    yield Figure("loyalty settle with nothing new / scan of orders", 3, again, scan)
    proof = measured(ecrm("loyalty", "check"), shop)
    yield Figure("loyalty check / scan of orders", 6, proof.wall, scan)
    yield Figure(f"loyalty check, memory / {MIB_BUDGET} MiB", 1, proof.memory, MIB_BUDGET, "MiB")


def reports(folder: Path) -> Iterator[Figure]:
    """Measure the report of key figures against one scan of orders with a group by contact."""
    shop = folder / "shop"
    scan = median_of(python("-c", SCAN, "crm.duckdb"), shop, 3).wall
    ours = median_of(ecrm("report", "kpi", "--month", "2026-09"), shop, 3).wall
    yield Figure("KPI report / scan of orders", 4, ours, scan)


def caller(folder: Path) -> Iterator[Figure]:
    """Measure how long a caller waits beyond the start of a command that reads."""
    shop = folder / "shop"
    start = median_of(ecrm("-C", "../empty", "contact", "list"), shop, 5).wall
    _usage, said = watched(ecrm("contact", "show", PERSON, "--json"), shop)
    who = json.loads(said)
    phone = who["phone"]
    ways = {"phone": f"0{phone[4:]}", "the end of a phone": phone[-8:], "e-mail": who["email"]}
    for way, words in ways.items():
        ours = median_of(ecrm("caller", words), shop, 5).wall
        yield Figure(f"caller by {way}, beyond start-up / 1 s", 1, max(ours - start, 0.0), 1.0)


def fresh(folder: Path) -> Path:
    """Make an empty folder to measure in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
