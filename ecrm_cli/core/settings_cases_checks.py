"""What types cannot tell of the settings about cases: names, moves, hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.hours import DAYS, BadHours, read_hours
from ecrm_cli.core.settings_faults import bad
from ecrm_cli.core.yamlfile import Document

if TYPE_CHECKING:
    from ecrm_cli.core.settings import Sections
    from ecrm_cli.core.settings_cases import Cases, Sla

# Campaigns leave out who has an open case of this category.
COMPLAINT = "complaint"
_BLOCK = "cases"
_CATEGORIES, _STATUSES = f"{_BLOCK}.categories", f"{_BLOCK}.statuses"
_NAME = re.compile(r"[^\W_][\w-]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def problems(document: Document, sections: Sections) -> Iterator[DataError]:
    """Yield everything that is wrong with agents, cases and sla."""
    yield from _names(document, "agents", sections.agents)
    yield from _cases(document, sections.cases)
    yield from _sla(document, sections.sla)


def _names(document: Document, key: str, names: Sequence[str]) -> Iterator[DataError]:
    for index, name in enumerate(names):
        place = f"{key}.{index}"
        if not _NAME.fullmatch(name):
            yield bad(document, place, f"{name!r} is no name here.", "Use letters, digits and -.")
        elif name.casefold() in [other.casefold() for other in names[:index]]:
            yield bad(document, place, f"{name!r} stands twice.", "Remove one of them.")


def _cases(document: Document, cases: Cases) -> Iterator[DataError]:
    yield from _names(document, _CATEGORIES, cases.categories)
    if COMPLAINT not in cases.categories:
        said = f"The category {COMPLAINT!r} is missing."
        hint = "Campaigns leave out who has an open complaint; add it."
        yield bad(document, _CATEGORIES, said, hint)
    statuses = list(cases.statuses)
    for name, status in cases.statuses.items():
        key = f"{_STATUSES}.{name}"
        if not _NAME.fullmatch(name):
            yield bad(document, key, f"{name!r} is no status.", "Use letters, digits and -.")
        for index, move in enumerate(status.moves):
            if move not in statuses:
                near = get_close_matches(move, statuses, n=1)
                hint = f"There are: {', '.join(statuses)}."
                said = f"There is no status {move!r} to move to."
                yield bad(document, f"{key}.moves.{index}", said, hint, near)
    yield from _meanings(document, cases)


def _meanings(document: Document, cases: Cases) -> Iterator[DataError]:
    meanings = [status.means for status in cases.statuses.values()]
    if meanings[0] != "open":
        said = f"A case begins as {next(iter(cases.statuses))!r}, which does not mean open."
        yield bad(document, _STATUSES, said, "Put a status that means open first.")
    if "done" not in meanings:
        yield bad(document, _STATUSES, "No status means done.", "Add means: done to one.")


def _sla(document: Document, sla: Sla) -> Iterator[DataError]:
    for day in DAYS:
        try:
            read_hours(getattr(sla.hours, day))
        except BadHours as error:
            yield bad(document, f"sla.hours.{day}", error.message, error.hint)
    if not any(getattr(sla.hours, day) for day in DAYS):
        yield bad(document, "sla.hours", "No day of the week is open.", "Give one its hours.")
    for index, day in enumerate(sla.closed):
        if not _DAY.fullmatch(day) or not _is_day(day):
            yield bad(document, f"sla.closed.{index}", f"{day!r} is no day.", "Write 2026-12-31.")


def _is_day(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True
