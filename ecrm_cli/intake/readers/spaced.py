"""Columns set apart by spaces, as research files and old programs print them."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.intake.readers.record import Record, TextFile


def header_of(text: TextFile) -> tuple[str, ...]:
    """Return the words of the first line that has any."""
    with text.path.open(encoding="utf-8-sig") as lines:
        return next((tuple(line.split()) for line in lines if line.strip()), ())


def records(text: TextFile, header: tuple[str, ...]) -> Iterator[Record]:
    """Yield the lines after the header; a line with other than its number of words has a fault."""
    with text.path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            words = line.split()
            if not words or tuple(words) == header:
                continue
            fault = (
                f"the line has {len(words)} words, the header {len(header)}"
                if len(words) != len(header)
                else ""
            )
            cells = (words + [""] * len(header))[: len(header)]
            yield Record(number, cells, fault, line.rstrip("\r\n"))
