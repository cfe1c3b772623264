"""What each figure means: read from definitions.toml, the one place it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ecrm_cli.core.errors import NotFound

FILE = Path(__file__).with_name("definitions.toml")
HEADS = ("attract", "expand", "keep", "serve", "points")
# A share, average or median of fewer cases than this is said to be of few (definitions: feedback).
FEW = 30


@dataclass(frozen=True)
class Definition:
    """A figure: its name, what it says, how it is made, what brings it.

    ``unit`` is count, money, number, ratio, seconds or points; ``facts`` what it needs;
    ``share`` whether few cases make it uncertain.
    """

    kpi: str
    head: str
    unit: str
    facts: str
    says: str
    formula: str
    source: str
    brings: str
    share: bool = False


@cache
def definitions() -> Mapping[str, Definition]:
    """Return every definition by its name, in the order of the report."""
    import tomllib

    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return MappingProxyType({name: Definition(name, **words) for name, words in read.items()})


def definition(name: str) -> Definition:
    """Return a figure's definition; raises NotFound with the nearest names."""
    known = definitions()
    if name not in known:
        raise NotFound.named("KPI", name, known)
    return known[name]


def as_row(found: Definition) -> dict[str, object]:
    """Return a definition as an object: kpi, head, unit, definition, formula, source, brings."""
    return {
        "kpi": found.kpi,
        "head": found.head,
        "unit": found.unit,
        "definition": found.says,
        "formula": found.formula,
        "source": found.source,
        "few_below": FEW if found.share else None,
        "brings": found.brings,
    }
