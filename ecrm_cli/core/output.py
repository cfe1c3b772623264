"""The only writer: data to stdout or a file, talk to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from ecrm_cli.core import formats
from ecrm_cli.core.controls import printable, printable_lines
from ecrm_cli.core.errors import DiskFull, EcrmError, NotFound, UsageError
from ecrm_cli.core.system import PUBLIC_FILE, set_mode

FORMATS = ("table", "json", "ndjson", "csv")
SUFFIXES = (".html", ".csv", ".json", ".ndjson", ".parquet", ".xlsx")
TERMINAL_ROWS = 50
PROGRESS_WIDTH = 78

Record = Mapping[str, Any]


class PipeClosed(Exception):
    """The reader of stdout went away; nothing is wrong."""


class UnknownField(NotFound):
    """--fields or --sort names a field that the list does not have."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        from difflib import get_close_matches

        matches = get_close_matches(name, known, n=3)
        super().__init__(
            f"There is no field {name!r} in this list.",
            hint=f"The fields are: {', '.join(known)}.",
            matches=matches,
        )


@dataclass(frozen=True)
class View:
    """How the user wants to see the answer: the options that go anywhere on the line."""

    format: str = "table"
    out: Path | None = None
    quiet: bool = False
    color: bool = True
    fields: tuple[str, ...] = ()
    limit: int | None = None
    all_rows: bool = False
    sort: str = ""
    header: bool = True
    excel: bool = False

    def __post_init__(self) -> None:
        if self.out is not None and self.out.suffix not in SUFFIXES:
            raise UsageError(
                f"--out {self.out} has no suffix that says the format.",
                hint=f"End it in {', '.join(SUFFIXES)}.",
            )


@dataclass
class Output:
    """Writes what a command found, in the format the user asked for."""

    view: View
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    # Where a person reads the time: asked only when there is one to show.
    zone: Callable[[], tzinfo] = field(default=lambda: UTC)

    @property
    def machine(self) -> bool:
        """Whether the answer goes to a program or a file rather than a person."""
        return self.view.format != "table" or self.view.out is not None

    def rows(
        self,
        rows: Iterable[Record],
        *,
        columns: Sequence[str],
        total: Callable[[], int] | None = None,
    ) -> None:
        """Write a list. ``columns`` are shown in a table; machine formats carry every field."""
        known, rows = _peek(rows, columns)
        shown = self._ordered(rows, known)
        fields = list(self.view.fields) or (known if self.machine else list(columns))
        for name in self.view.fields:
            if name not in known:
                raise UnknownField(name, known)
        if self.view.fields:
            shown = ({name: row.get(name) for name in fields} for row in shown)
        if self.view.out is not None:
            self._to_file(shown, fields, self.view.out)
        elif self.view.format == "table":
            self._table(shown, fields, total)
        else:
            self._stream(self._pieces(shown, fields))

    def thing(
        self, thing: Record, *, words: Iterable[str] | Callable[[Any], Iterable[str]]
    ) -> None:
        """Write one object. ``words`` are its lines for a person, or make them of it.

        What makes them is handed the object with its times in the workspace's zone.
        """
        if self.view.out is not None:
            self._to_file([thing], list(thing), self.view.out, single=True)
        elif self.view.format == "table":
            if not self.view.quiet:
                lines = words(self._here(thing)) if callable(words) else words
                self._stream(printable(line) + "\n" for line in lines)
        elif self.view.format == "json":
            self._stream([formats.as_json(_chosen(thing, self.view.fields)) + "\n"])
        else:
            self._stream(self._pieces([thing], list(self.view.fields) or list(thing)))

    def pairs(self, thing: Record) -> Iterator[str]:
        """Yield an object's fields as lines for a person; empty ones are left out."""
        width = max(map(len, thing), default=0)
        for name, value in thing.items():
            if value not in (None, "", [], {}):
                yield f"{name:<{width}}  {formats.shown(self._here(value))}"

    def note(self, text: str) -> None:
        """Tell the user something that is not data."""
        if not self.view.quiet:
            self._say(printable(text))

    def warn(self, text: str) -> None:
        """Tell the user something that needs a look."""
        if not self.view.quiet:
            self._say("Warning: " + printable(text))

    def progress(self, text: str) -> None:
        """Show how far something is, on a terminal only: one line, written over; empty ends it."""
        if self.stderr.isatty() and not self.view.quiet:
            self.stderr.write(f"\r{printable(text)[:PROGRESS_WIDTH]:<{PROGRESS_WIDTH}}\r")
            self.stderr.flush()

    def error(self, error: EcrmError) -> None:
        """Say an error on stderr: an object with --json, else a sentence and what to do."""
        if self.view.format in ("json", "ndjson"):
            self._say(formats.as_line({"error": error.as_dict()}))
            return
        place = str(error.place)
        named = place and place.partition(",")[0] not in error.message
        self._say(
            printable(f"Error: {place}: {error.message}" if named else f"Error: {error.message}")
        )
        if error.hint:
            self._say(printable(error.hint))

    def raw(self, pieces: Iterable[str]) -> None:
        """Write text as it is: a query, a script, a file the user asked to see."""
        if self.view.out is not None:
            self._write_file(self.view.out, pieces)
        else:
            self._stream(pieces)

    def _ordered(self, rows: Iterable[Record], known: Sequence[str]) -> Iterable[Record]:
        if self.view.sort:
            name = self.view.sort.lstrip("-")
            if name not in known:
                raise UnknownField(name, known)
            rows = sorted(
                rows,
                key=lambda row: formats.sortable(row.get(name)),
                reverse=self.view.sort.startswith("-"),
            )
        return rows if self.view.limit is None else islice(rows, self.view.limit)

    def _pieces(self, rows: Iterable[Record], fields: Sequence[str]) -> Iterator[str]:
        if self.view.format == "json":
            return formats.json_array(rows)
        if self.view.format == "ndjson":
            return formats.ndjson_lines(rows)
        pieces = formats.csv_lines(rows, fields, header=self.view.header, excel=self.view.excel)
        return map(printable_lines, pieces) if self.stdout.isatty() else pieces

    def _to_file(
        self, rows: Iterable[Record], fields: Sequence[str], path: Path, *, single: bool = False
    ) -> None:
        if path.suffix in (".parquet", ".xlsx"):
            count = formats.write_frame(rows, fields, path)
            set_mode(path, PUBLIC_FILE)
            self.note(f"Wrote {count} rows to {path}.")
            return
        if path.suffix == ".json":
            pieces: Iterator[str] = (
                iter([formats.as_json(next(iter(rows))) + "\n"])
                if single
                else formats.json_array(rows)
            )
        elif path.suffix == ".ndjson":
            pieces = formats.ndjson_lines(rows)
        elif path.suffix == ".html":
            pieces = formats.html_table(rows, fields, title=path.stem)
        else:
            pieces = formats.csv_lines(rows, fields, header=self.view.header, excel=self.view.excel)
        self._write_file(path, pieces)
        self.note(f"Wrote {path}.")

    def _write_file(self, path: Path, pieces: Iterable[str]) -> None:
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with draft.open("w", encoding="utf-8", newline="") as handle:
                handle.writelines(pieces)
            set_mode(draft, PUBLIC_FILE)
            draft.replace(path)
        except FileNotFoundError:
            raise NotFound(f"There is no folder {path.parent}.", hint="Make it first.") from None
        except OSError as error:
            raise DiskFull(path) from error
        finally:
            draft.unlink(missing_ok=True)

    def _table(
        self, rows: Iterable[Record], fields: Sequence[str], total: Callable[[], int] | None
    ) -> None:
        if self.view.quiet:
            return
        if not self.stdout.isatty():
            self._plain_table(rows, fields)
            return
        stop = None if self.view.all_rows or self.view.limit is not None else TERMINAL_ROWS
        shown = list(islice(rows, stop))
        self._rich_table(shown, fields)
        if stop is not None and len(shown) == stop:
            more = (total() if total else stop + sum(1 for _ in rows)) - stop
            if more > 0:
                self.note(f"… and {more} more; --limit all shows every row.")

    def _plain_table(self, rows: Iterable[Record], fields: Sequence[str]) -> None:
        if self.view.header:
            self._stream(["\t".join(fields) + "\n"])
        self._stream(
            "\t".join(printable(formats.shown(self._here(row.get(name)))) for name in fields) + "\n"
            for row in rows
        )

    def _rich_table(self, rows: Sequence[Record], fields: Sequence[str]) -> None:
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, show_header=self.view.header, pad_edge=False)
        for name in fields:
            numbers = bool(rows) and all(
                row.get(name) is None or formats.is_number(row.get(name)) for row in rows
            )
            table.add_column(name, justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            cells = (formats.shown(self._here(row.get(name))) for name in fields)
            table.add_row(*(Text(printable(cell)) for cell in cells))
        console = Console(file=self.stdout, no_color=not self.view.color, highlight=False)
        try:
            console.print(table)
        except BrokenPipeError as error:
            raise PipeClosed from error

    def _here(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(self.zone())
        if isinstance(value, Mapping):
            return {name: self._here(part) for name, part in value.items()}
        return [self._here(part) for part in value] if isinstance(value, list) else value

    def _stream(self, pieces: Iterable[str]) -> None:
        try:
            for piece in pieces:
                self.stdout.write(piece)
            self.stdout.flush()
        except BrokenPipeError as error:
            raise PipeClosed from error

    def _say(self, text: str) -> None:
        self.stderr.write(text + "\n")
        self.stderr.flush()


def _peek(rows: Iterable[Record], columns: Sequence[str]) -> tuple[list[str], Iterable[Record]]:
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return list(columns), ()
    return list(first), chain([first], iterator)


def _chosen(thing: Record, fields: Sequence[str]) -> Record:
    return {name: thing.get(name) for name in fields} if fields else thing
