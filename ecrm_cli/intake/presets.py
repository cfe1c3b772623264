"""Presets: files that say which column of which program's export is which field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from ecrm_cli.contacts.model import PROFILE_FIELDS
from ecrm_cli.core.errors import DataError, NotFound, Place
from ecrm_cli.core.yamlfile import read

Kind = Literal["contacts", "orders"]
KINDS: tuple[Kind, ...] = ("contacts", "orders")
SHIPPED = Path(__file__).parent / "presets"

CONTACT_FIELDS = (
    "email",
    "phone",
    "external_id",
    "name",
    *PROFILE_FIELDS,
    "tags",
    "attributes",
    "created_at",
    "agreed",
    "refused",
)
ORDER_FIELDS = (
    "number",
    "customer_id",
    "email",
    "phone",
    "name",
    "country",
    "ordered_at",
    "paid_at",
    "cancelled_at",
    "total",
    "discount",
    "tax",
    "shipping",
    "refunded",
    "currency",
    "channel",
    "sku",
    "description",
    "quantity",
    "unit_price",
)
FIELDS: dict[str, tuple[str, ...]] = {"contacts": CONTACT_FIELDS, "orders": ORDER_FIELDS}
_PATTERN = re.compile(r"(?:[^%]|%[aAbBdfHIjmMpSyY%]|%-[dHIjmMSy])+")
_SIGNS = re.compile(r"[\W_]+")


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """How one program's export is read.

    ``signatures`` are sets of headings that give the program away; ``fields`` maps each field to
    the headings that may hold it, the best first; ``returns`` is the prefix of an order number
    that makes it a return; ``dates`` are strptime formats beside the usual ones.
    """

    kind: Kind
    source: str
    fields: dict[str, list[str]]
    made_for: str = ""
    documented: str = ""
    layout: Literal["delimited", "spaced"] = "delimited"
    signatures: list[list[str]] = field(default_factory=list)
    # The export has these headings and no others; few and common ones give nothing away alone.
    whole: bool = False
    returns: str = ""
    dates: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Columns:
    """Which column holds which field: positions count from 0; the rest keep their headings."""

    preset: str
    fields: dict[str, int]
    extras: dict[int, str]


class UnknownColumn(DataError):
    """--map names a heading that the file does not have, or a field that nobody knows."""


class BadPattern(DataError):
    """A preset writes a date in a way that the engine cannot read."""

    def __init__(self, pattern: str, place: Place) -> None:
        super().__init__(
            f"{pattern!r} is not the pattern of a date.",
            hint='Write it like "%d/%m/%Y" or "%m/%d/%Y %H:%M".',
            place=place,
        )


def read_presets(folder: Path) -> dict[str, Preset]:
    """Return every preset by name, the workspace's own before those that are shipped."""
    return {**_shipped(), **_presets_in(folder)}


@cache
def _shipped() -> dict[str, Preset]:
    return _presets_in(SHIPPED)


def _presets_in(folder: Path) -> dict[str, Preset]:
    found: dict[str, Preset] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = read(path)
        preset = document.typed(Preset)
        for name in preset.fields:
            if name not in FIELDS[preset.kind]:
                raise _unknown_field(name, preset.kind, document.place("fields", name))
        for number, pattern in enumerate(preset.dates):
            if not _PATTERN.fullmatch(pattern):
                raise BadPattern(pattern, document.place("dates", number))
        found[path.stem] = preset
    return found


def named(presets: dict[str, Preset], name: str, kind: str) -> Preset:
    """Return one preset by its name. Raises NotFound, or DataError for the wrong kind."""
    if name not in presets:
        raise NotFound.named("preset", name, presets)
    if presets[name].kind != kind:
        raise DataError(
            f"The preset {name} reads {presets[name].kind}, not {kind}.",
            hint=f"Use ecrm import {presets[name].kind}.",
        )
    return presets[name]


def recognize(presets: dict[str, Preset], kind: str, header: Sequence[str]) -> str:
    """Return the name of the preset whose headings are all there; the most telling one wins."""
    there = {name.strip() for name in header}
    scores = {
        name: max((len(s) for s in preset.signatures if _fits(preset, s, there)), default=0)
        for name, preset in presets.items()
        if preset.kind == kind
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else f"plain-{kind}"


def _fits(preset: Preset, signature: list[str], there: set[str]) -> bool:
    known = {heading for headings in preset.fields.values() for heading in headings}
    return set(signature) <= there and (not preset.whole or there <= known | set(signature))


def spaced(presets: dict[str, Preset], kind: str, words: Sequence[str]) -> str | None:
    """Return the preset of a space-separated file whose headings are exactly these, if any."""
    for name, preset in presets.items():
        if preset.kind == kind and preset.layout == "spaced" and list(words) in preset.signatures:
            return name
    return None


def assign(name: str, preset: Preset, header: Sequence[str], mapped: dict[str, str]) -> Columns:
    """Say which column holds which field; ``mapped`` (field to heading) has the last word.

    Raises UnknownColumn.
    """
    places = {_plain(heading): place for place, heading in reversed(list(enumerate(header)))}
    fields: dict[str, int] = {}
    for field_name, heading in mapped.items():
        if field_name not in FIELDS[preset.kind]:
            raise _unknown_field(field_name, preset.kind, Place(key=field_name))
        if _plain(heading) not in places:
            raise UnknownColumn(
                f"--map {field_name}={heading}: the file has no column {heading!r}.",
                hint=f"Its columns are: {', '.join(header)}.",
            )
        fields[field_name] = places[_plain(heading)]
    for field_name, headings in preset.fields.items():
        place = next((places[_plain(h)] for h in headings if _plain(h) in places), None)
        if place is not None and field_name not in fields and place not in fields.values():
            fields[field_name] = place
    taken = set(fields.values())
    extras = {
        place: heading or f"column {place + 1}"
        for place, heading in enumerate(header)
        if place not in taken
    }
    return Columns(name, fields, extras)


def _unknown_field(name: str, kind: str, place: Place) -> UnknownColumn:
    from difflib import get_close_matches

    matches = get_close_matches(name, FIELDS[kind], n=3)
    hint = f"Did you mean {' or '.join(matches)}?" if matches else ""
    return UnknownColumn(
        f"There is no field {name!r} for {kind}.",
        hint=hint or f"The fields are: {', '.join(FIELDS[kind])}.",
        place=place,
        matches=matches,
    )


def _plain(heading: str) -> str:
    return _SIGNS.sub("", heading).casefold()
