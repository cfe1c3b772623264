"""What report's commands say to a person: 80 columns, four heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from textwrap import wrap
from typing import Any

from ecrm_cli.reports import figures
from ecrm_cli.reports.definitions import FEW, HEADS, Definition, definitions
from ecrm_cli.reports.kpis import Report

WIDTH = 78
_TITLES = {name: name.capitalize() for name in HEADS}


def kpis(report: Report) -> Iterator[str]:
    """Say the figures under their heads, the period before beside them when it was asked for."""
    period = report.terms.period
    beside = "" if report.before is None else f", beside {figures.title(period.before)}"
    yield f"{figures.title(period)} ({period.days} days){beside}"
    found = [row for row in report.rows() if row["kpi"] not in _absent(report)]
    known = definitions()
    for head in HEADS:
        rows = [row for row in found if known[row["kpi"]].head == head]
        if rows:
            yield ""
            yield _TITLES[head]
            yield from (_line(row) for row in rows)
    yield from _foot(report, found)


def _foot(report: Report, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    terms, notes = report.terms, [row for row in found if row["note"]]
    yield ""
    if any(row["few"] for row in found):
        yield f"few: a share, average or median of fewer than {FEW}; it moves a lot by chance."
    for note, rows in groupby(sorted(notes, key=_note), key=_note):
        yield from wrap(f"{', '.join(dict.fromkeys(row['kpi'] for row in rows))}: {note}.", WIDTH)
    known = f", known on {known_words(terms.known)}" if terms.known else ""
    yield f"As of {terms.as_of}{known}."


def _note(row: Mapping[str, Any]) -> str:
    return str(row["note"])


def known_words(known: datetime) -> str:
    """Write a moment as --known-on takes it."""
    return f"{known:%Y-%m-%dT%H:%M:%S}Z"


def _absent(report: Report) -> set[str]:
    return {each.kpi for each in report.missing}


def _line(row: Mapping[str, Any]) -> str:
    value = figures.shown(row, row["value"])
    parts = f"  {row['kpi']:<20}{value:>18}"
    if "previous" in row:
        before = "" if row["previous"] is None else figures.shown(row, row["previous"])
        parts += f" {figures.arrow(row):1} {figures.change(row):>10} {before:>16}"
    return f"{parts}  {'few' if row['few'] else ''}".rstrip()


def missing(found: Sequence[Definition]) -> str:
    """Say in one line what is not measured, and what brings it; nothing when all is."""
    if not found:
        return ""
    groups: dict[str, list[str]] = {}
    for each in found:
        groups.setdefault(each.brings, []).append(each.kpi)
    parts = [f"{', '.join(names)} ({brings})" for brings, names in groups.items()]
    return f"Not measured yet: {'; '.join(parts)}."


def definition(row: Mapping[str, Any]) -> Iterator[str]:
    """Say what a figure means."""
    yield f"{row['kpi']} ({row['unit']})"
    yield ""
    yield from wrap(row["definition"], WIDTH)
    yield ""
    yield from _field("Formula", row["formula"])
    yield from _field("Source", row["source"])
    yield from _field("From", row["brings"])
    if row["few_below"]:
        yield f"Few:     of fewer than {row['few_below']} the report says few."


def _field(name: str, words: str) -> Iterable[str]:
    return wrap(f"{name + ':':<9}{words}", WIDTH, subsequent_indent=" " * 9)
