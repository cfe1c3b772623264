"""Files brought into a store in the steps the command takes, and what is in the book then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Row, Store
from ecrm_cli.intake import ops
from ecrm_cli.intake.agreement import Agreement
from ecrm_cli.intake.layout import Wanted
from ecrm_cli.intake.ops import Job, Summary
from ecrm_cli.intake.people import Home
from ecrm_cli.intake.scratch import scratch_folder
from tests.door import NOW

SERBIA = Home("RS", "Europe/Belgrade", "RSD")


@dataclass
class Desk:
    """Where files come in: ``desk.contacts("email\\nana@example.org\\n")``."""

    store: Store
    folder: Path
    home: Home = SERBIA
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def presets(self) -> Path:
        """The folder of the workspace's own presets."""
        return self.folder / "presets"

    def contacts(self, content: str | bytes | Path, **options: Any) -> Summary:
        """Import people."""
        return self.bring("contacts", content, **options)

    def orders(self, content: str | bytes | Path, **options: Any) -> Summary:
        """Import orders."""
        return self.bring("orders", content, **options)

    def bring(self, kind: str, content: str | bytes | Path, **options: Any) -> Summary:
        """Import a text, bytes, or a file that is there already."""
        job = self.job(kind, content, **options)
        with scratch_folder(self.folder / "scratch") as scratch:
            prepared = ops.prepare(job, scratch, self.presets)
            return ops.run(self.store, self.now, prepared, self.home, scratch)

    def job(
        self,
        kind: str,
        content: str | bytes | Path,
        *,
        preset: str = "",
        mapped: Mapping[str, str] | None = None,
        source: str = "",
        **options: Any,
    ) -> Job:
        """Put the content into a file and return what the command line would ask for it."""
        wanted = Wanted(kind, preset, tuple((mapped or {}).items()), source)
        return Job(str(self.file(content)), wanted, **options)

    def file(self, content: str | bytes | Path) -> Path:
        """Return a file with this content."""
        if isinstance(content, Path):
            return content
        path = self.folder / f"file-{next(self.numbers)}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(self, text: str, **params: object) -> list[Row]:
        """Ask the book in SQL."""
        return self.store.rows(query("desk.rows", text), **params)

    def values(self, text: str, **params: object) -> list[Any]:
        """Ask the book in SQL for one column, or for tuples."""
        found = [tuple(row.values()) for row in self.rows(text, **params)]
        return [row[0] for row in found] if all(len(row) == 1 for row in found) else found

    def in_zone(self, zone: str) -> Desk:
        """Return the same desk in a workspace of another zone."""
        return replace(self, home=replace(self.home, zone=zone))


def consent(topic: str = "offers", basis: str = "consent") -> Agreement:
    """What --consent-topic and --consent-basis say."""
    return Agreement(topic, basis)


def counts(done: Summary) -> tuple[int, int, int, int]:
    """Return added, updated, unchanged, rejected; they make up the rows."""
    found = (done.added, done.updated, done.unchanged, done.rejected)
    assert sum(found) == done.rows
    return found


def csv_of(*lines: str) -> str:
    """Return lines as the text of a file."""
    return "\n".join(lines) + "\n"
