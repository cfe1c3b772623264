"""CSV, TSV and their cousins: the delimiter, the header, the records with their lines."""

from __future__ import annotations

import csv
import mmap
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ecrm_cli.intake.readers.record import Record, TextFile, Unreadable

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 50
OPEN_QUOTE = "Mend the quotes of that line; a quote inside a quoted cell is written twice."
_STRAY_QUOTE = re.compile(r'^\s+"')
csv.field_size_limit(4_000_000)


@dataclass(frozen=True)
class Table:
    """A delimited file understood: its header, the line it stands on, its delimiter."""

    delimiter: str
    header: tuple[str, ...]
    header_line: int


def understand(text: TextFile) -> Table:
    """Find the delimiter and the header. Raises Unreadable for duplicate or missing headings."""
    with text.path.open(encoding="utf-8-sig", newline="") as lines:
        sample = list(islice(lines, SAMPLE_LINES))
    delimiter = _delimiter(sample)
    reader = csv.reader(sample, delimiter=delimiter)
    for cells in _readable(text, reader):
        if any(cell.strip() for cell in cells):
            header = _without_empty_tail(cells)
            _refuse_repeats(text.label, header, reader.line_num)
            return Table(delimiter, header, reader.line_num)
    raise Unreadable(text.label, "the file has only empty lines.", "Export it again.")


def _readable(text: TextFile, reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable(
            text.label,
            f"the table cannot be read any further ({error}).",
            OPEN_QUOTE,
            reader.line_num,
        ) from None


def _delimiter(sample: list[str]) -> str:
    def evidence(delimiter: str) -> tuple[int, int]:
        widths = Counter(
            len(cells) for cells in csv.reader(sample, delimiter=delimiter) if any(cells)
        )
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        return (times if width > 1 else 0, width)

    return max(DELIMITERS, key=evidence)


def _without_empty_tail(cells: list[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _refuse_repeats(label: str, header: tuple[str, ...], line: int) -> None:
    first: dict[str, int] = {}
    for place, name in enumerate(header, 1):
        key = name.casefold()
        if key and key in first:
            raise Unreadable(
                label,
                f"the header has {name!r} twice, in columns {first[key]} and {place}.",
                "Rename one of them and import again.",
                line,
            )
        first[key] = place


def records(text: TextFile, table: Table, *, raw: bool = False) -> Iterator[Record]:
    """Yield every record after the header; repeated headers and empty lines are left out.

    A record whose width differs, or with a stray quote, carries its fault.
    """
    width = len(table.header)
    with text.path.open(encoding="utf-8-sig", newline="") as lines:
        kept: list[str] = []
        source = _remembering(lines, kept) if raw else lines
        reader = csv.reader(source, delimiter=table.delimiter, strict=True)
        for line, cells, fault in _numbered(text, reader):
            words = "".join(kept).rstrip("\r\n")
            kept.clear()
            if fault:
                yield Record(line, [""] * width, fault, words)
                continue
            if line <= table.header_line or _is_empty(cells) or _is_header(cells, table.header):
                continue
            yield Record(line, _fitted(cells, width), _fault(cells, table.header), words)


def _numbered(text: TextFile, reader: Any) -> Iterator[tuple[int, list[str], str]]:
    """Yield each record's first line, its cells, or why it has none."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):
                raise Unreadable(
                    text.label, "a quote opens here that never closes.", OPEN_QUOTE, line
                ) from None
            yield line, [], f"the quotes of this line do not match ({error})"
            continue
        yield line, cells, ""


def _remembering(lines: Iterator[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line


def _is_empty(cells: list[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _is_header(cells: list[str], header: tuple[str, ...]) -> bool:
    return _without_empty_tail(cells) == header


def _fitted(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]


def _fault(cells: list[str], header: tuple[str, ...]) -> str:
    if len(cells) != len(header) and not (
        len(cells) > len(header) and not any(cells[len(header) :])
    ):
        return f"the line has {len(cells)} cells, the header {len(header)}"
    for name, cell in zip(header, cells, strict=False):
        if _STRAY_QUOTE.match(cell):
            return (
                f"there is a quote after a space in column {name!r}; the cells may be cut wrongly"
            )
    return ""


def header_repeats(text: TextFile, table: Table) -> bool:
    """Whether the header's line stands in the file again: exports joined end to end."""
    with text.path.open("rb") as lines:
        head = b""
        for _ in range(table.header_line):
            head = lines.readline()
        head = head.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
        with mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            return whole.find(b"\n" + head, lines.tell() - 1) != -1
