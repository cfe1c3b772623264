"""From a file to a table of text: read by the engine where that is safe, else written out plainly.

Both ways end in the same table: one row a line, text cells named after fields.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecrm_cli.core.faults import RefusedInput
from ecrm_cli.core.store import Store
from ecrm_cli.core.system import not_written
from ecrm_cli.intake.layout import Layout
from ecrm_cli.intake.readers import delimited
from ecrm_cli.intake.readers.record import Record, Unreadable

# The engine reads a row of at most 4,000,000 bytes from what is written out here.
LONGEST_RECORD = 500_000
# Attributes that the import itself may add to what a file has.
RESERVED = (
    "agreed",
    "refused",
    "email_unread",
    "phone_unread",
    "country_unread",
    "zone_unread",
    "birthday_unread",
    "created_at_unread",
    "attributes_unread",
)


@dataclass(frozen=True)
class Staging:
    """The named statements that stage one kind of file."""

    shape: str
    direct: str
    direct_extra: str
    rewritten: str
    view: str


PEOPLE = Staging(
    "intake.create_person_shape",
    "intake.stage_people",
    "intake.stage_people_extra",
    "intake.stage_people_rewritten",
    "intake.create_staged_people",
)
ORDERS = Staging(
    "intake.create_order_shape",
    "intake.stage_orders",
    "intake.stage_orders_extra",
    "intake.stage_orders_rewritten",
    "intake.create_staged_orders",
)


def stage(store: Store, layout: Layout, scratch: Path) -> int:
    """Fill the staging table of the layout's kind; return how many rows the file has.

    Raises Unreadable when there is not one.
    """
    kind = PEOPLE if layout.preset.kind == "contacts" else ORDERS
    store.run("intake.create_tidy_macro")
    rows = _by_engine(store, layout, kind)
    if rows is None:
        rows = _by_hand(store, layout, kind, scratch / "records.csv")
    if rows == 0:
        raise Unreadable(
            layout.text.label, "the file has a header and no rows.", "Nothing was imported."
        )
    store.run(kind.shape)
    store.run(kind.view)
    return rows


def _by_engine(store: Store, layout: Layout, kind: Staging) -> int | None:
    """Stage a file in which a line is a record, and nothing else; None where that is not so."""
    table = layout.table
    if table is None or not layout.text.plain or delimited.header_repeats(layout.text, table):
        return None
    store.run("intake.keep_order")
    try:
        rows = store.run(
            kind.direct_extra if layout.columns.extras else kind.direct,
            path=str(layout.text.path),
            columns=dict.fromkeys(_names(layout), "VARCHAR"),
            delimiter=table.delimiter,
            header_line=table.header_line,
            odd_blanks=layout.text.odd_blanks,
        )
    except RefusedInput:
        return None
    finally:
        store.run("intake.let_order_go")
    return rows if rows + table.header_line == layout.text.line_count else None


def _by_hand(store: Store, layout: Layout, kind: Staging, path: Path) -> int:
    names = _names(layout)
    missing = [] if layout.columns.extras else [""]
    try:
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for record in layout.records():
                writer.writerow([record.line, *_bounded(record), *missing])
    except OSError as error:
        raise not_written(path, error) from error
    columns = ["line", "fault", *names, *(["extra_none"] if missing else [])]
    if path.stat().st_size == 0:
        return 0
    return store.run(kind.rewritten, path=str(path), columns=dict.fromkeys(columns, "VARCHAR"))


def _bounded(record: Record) -> list[str]:
    """Return a record's fault and cells; one that is too long for the engine has only a fault."""
    if sum(map(len, record.cells)) > LONGEST_RECORD:
        fault = f"the row is longer than {LONGEST_RECORD:,} characters; a quote may never close"
        return [fault, *[""] * len(record.cells)]
    return [record.fault, *record.cells]


def extra_names(layout: Layout) -> Sequence[str]:
    """Return the headings that no field claimed, as attribute names, in the file's order.

    Two that come out the same are told apart by a number.
    """
    found: dict[str, None] = dict.fromkeys(RESERVED)
    for place in sorted(layout.columns.extras):
        name = plain = attribute_name(layout.columns.extras[place])
        number = 2
        while name in found:
            name, number = f"{plain}_{number}", number + 1
        found[name] = None
    return list(found)[len(RESERVED) :]


def attribute_name(heading: str) -> str:
    """Return a heading as the name of an attribute: lower case, words joined by ``_``."""
    words = "".join(letter if letter.isalnum() else " " for letter in heading).split()
    return "_".join(words).lower() or "column"


def _names(layout: Layout) -> list[str]:
    by_place = {place: name for name, place in layout.columns.fields.items()}
    return [by_place.get(place, f"extra_{place}") for place in range(len(layout.header))]
