"""A report written in the form the line asks for: to a terminal, a program, or as a page."""

from __future__ import annotations

from ecrm_cli.core.app import App
from ecrm_cli.core.store import Store
from ecrm_cli.reports import sheet
from ecrm_cli.reports.commands import words
from ecrm_cli.reports.kpis import Report

COLUMNS = ["kpi", "value", "unit", "currency", "from", "to", "few"]


def write(door: App, store: Store, found: Report) -> None:
    """Write the figures; a terminal gets the heads, --out FILE.html the page."""
    out, view = door.out, door.out.view
    if view.out is not None and view.out.suffix == ".html":
        head = sheet.Letterhead(door.settings.business.name, door.now)
        out.raw([sheet.page(store, found, head, words.missing(found.missing))])
        out.note(f"Wrote {view.out}.")
    elif out.machine or view.fields or view.sort or view.limit is not None:
        out.rows(found.rows(), columns=COLUMNS)
    else:
        out.thing({}, words=words.kpis(found))
