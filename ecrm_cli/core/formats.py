"""Rows as text or bytes in each machine format; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import msgspec

Record = Mapping[str, Any]

# Cells a spreadsheet would run as a formula begin with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@cache
def _encoder() -> msgspec.json.Encoder:
    import msgspec

    # Money stays exact: a JSON number with the digits that are stored.
    return msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def as_json(value: object) -> str:
    """Return ``value`` as indented JSON: ISO dates, exact numbers, UTF-8 kept as it is."""
    import msgspec

    return msgspec.json.format(_encoder().encode(value), indent=2).decode()


def as_line(value: object) -> str:
    """Return ``value`` as JSON on one line."""
    return _encoder().encode(value).decode()


def plain(value: object) -> str:
    """Return one value as a machine cell: raw, ISO dates, nested values as JSON, null as empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return str(value)
    return as_line(value)


def json_array(rows: Iterable[Record]) -> Iterator[str]:
    """Yield a JSON array piece by piece; an empty one is ``[]``."""
    first = True
    for row in rows:
        yield ("[\n  " if first else ",\n  ") + as_line(row)
        first = False
    yield "[]\n" if first else "\n]\n"


def ndjson_lines(rows: Iterable[Record]) -> Iterator[str]:
    """Yield one JSON object a line."""
    for row in rows:
        yield as_line(row) + "\n"


def csv_lines(
    rows: Iterable[Record], fields: Sequence[str], *, header: bool, excel: bool = False
) -> Iterator[str]:
    """Yield CSV in UTF-8 with LF; ``excel`` adds a BOM, CRLF and a guard on formula-like cells."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n" if excel else "\n")

    def line(cells: Iterable[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_guarded(cell) if excel else cell for cell in cells])
        return buffer.getvalue()

    if excel:
        yield "\ufeff"
    if header:
        yield line(fields)
    for row in rows:
        yield line(plain(row.get(field)) for field in fields)


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell


def write_frame(rows: Iterable[Record], fields: Sequence[str], path: Path) -> int:
    """Write rows as ``.parquet`` or ``.xlsx``; return how many."""
    import polars

    cells = [{field: _cell(row.get(field)) for field in fields} for row in rows]
    frame = polars.DataFrame(
        cells, schema=list(fields) if not cells else None, infer_schema_length=None
    )
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_excel(path)
    return len(cells)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return as_line(value) if isinstance(value, list | dict) else value


def html_table(rows: Iterable[Record], fields: Sequence[str], *, title: str) -> Iterator[str]:
    """Yield one self-contained page with a table."""
    from html import escape

    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_PAGE_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1><table><thead><tr>"
    )
    yield "".join(f"<th scope=col>{escape(field)}</th>" for field in fields)
    yield "</tr></thead><tbody>\n"
    for row in rows:
        yield "<tr>"
        yield "".join(f'<td dir="auto">{escape(plain(row.get(field)))}</td>' for field in fields)
        yield "</tr>\n"
    yield "</tbody></table></body></html>\n"


_PAGE_STYLE = (
    "body{font:16px/1.4 system-ui,sans-serif;margin:1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{padding:.3rem .6rem;border-bottom:1px solid #8886;text-align:start;white-space:nowrap}"
)


def is_number(value: object) -> bool:
    """Whether a value is a number to be aligned and sorted as one."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def shown(value: object) -> str:
    """Return one value as a person reads it in a table: minutes, two decimals at least."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return _money(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return plain(value)


def _money(value: Decimal) -> str:
    # Two decimals, more only where they are stored: a table must add up.
    text = f"{value.normalize():f}"
    whole, _, part = text.partition(".")
    return f"{whole}.{part:0<2}"


def sortable(value: object) -> tuple[bool, Any]:
    """Return what a column is ordered by: numbers as such, words by their letters, nothing last."""
    return (value is None, value if is_number(value) else plain(value).casefold())
