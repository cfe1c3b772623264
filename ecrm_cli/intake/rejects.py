"""Lines that did not come in: kept as they were, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from ecrm_cli.core.formats import as_line
from ecrm_cli.core.store import Row, Store
from ecrm_cli.intake.layout import Layout


@dataclass(frozen=True)
class Reject:
    """One line: its number, the heading of the column at fault, why, and its text."""

    line: int
    column: str | None
    reason: str
    raw: str


def told(layout: Layout, faults: list[Row]) -> list[Reject]:
    """Join faults (line, field, reason) with the headings and the lines' own text."""
    if not faults:
        return []
    wanted = {row["line"] for row in faults}
    raws = {record.line: record.raw for record in layout.records(raw=True) if record.line in wanted}
    return [
        Reject(
            row["line"], _heading(layout, row["field"]), row["reason"], raws.get(row["line"], "")
        )
        for row in faults
    ]


def write(store: Store, batch_id: int, rejects: list[Reject]) -> None:
    """Keep the rejects of a batch."""
    if rejects:
        store.run(
            "intake.add_rejects",
            batch_id=batch_id,
            lines=as_line([reject.line for reject in rejects]),
            columns=as_line([reject.column for reject in rejects]),
            reasons=as_line([reject.reason for reject in rejects]),
            raws=as_line([reject.raw for reject in rejects]),
        )


def _heading(layout: Layout, field: str | None) -> str | None:
    place = layout.columns.fields.get(field) if field else None
    return layout.header[place] if place is not None else field
