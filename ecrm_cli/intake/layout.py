"""A file and the way it is read: its reader, its header, its preset, its columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ecrm_cli.core.errors import DataError, Place
from ecrm_cli.intake import presets as catalogue
from ecrm_cli.intake.presets import Columns, Preset
from ecrm_cli.intake.readers import delimited, objects, spaced
from ecrm_cli.intake.readers.record import Record, TextFile

# One of these must be in a file of people; an order can be a guest's.
IDENTIFYING = ("email", "phone", "external_id")


class NothingIdentifies(DataError):
    """No column says who a line is about."""

    def __init__(self, label: str, header: tuple[str, ...]) -> None:
        super().__init__(
            f"{label}: no column holds an e-mail, a phone or an id; its columns are: "
            f"{', '.join(header)}.",
            hint="Say which one does, such as --map email=COLUMN.",
            place=Place(label),
        )


class NotOrders(DataError):
    """A file of orders lacks a column that every order needs."""

    def __init__(self, label: str, missing: str, header: tuple[str, ...]) -> None:
        super().__init__(
            f"{label}: no column holds {missing}; its columns are: {', '.join(header)}.",
            hint="Say which one does, such as --map ordered_at=COLUMN --map total=COLUMN.",
            place=Place(label),
        )


@dataclass(frozen=True)
class Wanted:
    """What the user said about the file."""

    kind: str
    preset: str = ""
    mapped: tuple[tuple[str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Layout:
    """How one file is read. ``table`` is there for a delimited file only."""

    text: TextFile
    preset: Preset
    columns: Columns
    source: str
    header: tuple[str, ...]
    table: delimited.Table | None = None

    def records(self, *, raw: bool = False) -> Iterator[Record]:
        """Read the file again from its start, record by record."""
        if self.table is not None:
            return delimited.records(self.text, self.table, raw=raw)
        if self.preset.layout == "spaced":
            return spaced.records(self.text, self.header)
        return objects.records(self.text, self.header)


def understand(text: TextFile, wanted: Wanted, folder: Path) -> Layout:
    """Find reader, preset and columns. Raises Unreadable, NotFound, UnknownColumn and the above."""
    presets = catalogue.read_presets(folder)
    chosen = (
        catalogue.named(presets, wanted.preset, wanted.kind)
        if wanted.preset and not wanted.preset.startswith("plain-")
        else None
    )
    words = spaced.header_of(text)
    by_words = catalogue.spaced(presets, wanted.kind, words)
    if (chosen and chosen.layout == "spaced") or (chosen is None and by_words):
        name, header, table = wanted.preset or by_words or "", words, None
    elif objects.is_objects(text):
        header, table = objects.header_of(text), None
        name = wanted.preset or catalogue.recognize(presets, wanted.kind, header)
    else:
        table = delimited.understand(text)
        header = table.header
        name = wanted.preset or catalogue.recognize(presets, wanted.kind, header)
    preset = catalogue.named(presets, name, wanted.kind)
    columns = catalogue.assign(name, preset, header, dict(wanted.mapped))
    layout = Layout(text, preset, columns, wanted.source or preset.source, header, table)
    _refuse_unidentified(layout)
    return layout


def _refuse_unidentified(layout: Layout) -> None:
    fields, label = layout.columns.fields, layout.text.label
    if layout.preset.kind == "contacts":
        if not any(name in fields for name in IDENTIFYING):
            raise NothingIdentifies(label, layout.header)
        return
    if "ordered_at" not in fields:
        raise NotOrders(label, "the day of an order", layout.header)
    if not {"total", "unit_price"} & fields.keys():
        raise NotOrders(label, "a total or a price", layout.header)
