"""A file comes in: measured, understood, written in one transaction, told in one summary."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ecrm_cli.audit import ops as audit
from ecrm_cli.contacts import absorb
from ecrm_cli.contacts.absorb import Origin
from ecrm_cli.core.errors import NotFound, PartlyDone
from ecrm_cli.core.store import Row, Store
from ecrm_cli.intake import agreement, people, rejects, sales
from ecrm_cli.intake.agreement import Agreement
from ecrm_cli.intake.layout import Layout, Wanted, understand
from ecrm_cli.intake.people import Home, Outcome
from ecrm_cli.intake.readers.text import as_text, stamp_of, unchanged_since
from ecrm_cli.intake.rejects import Reject
from ecrm_cli.intake.staging import stage

SHOWN_CHANGES = 1_000


class Kind(Protocol):
    """How one kind of file comes in: read without the book, then written into it."""

    def read(self, store: Store, layout: Layout, home: Home) -> None: ...

    def take_in(self, store: Store, layout: Layout, origin: Origin, home: Home) -> Outcome: ...


KINDS: dict[str, Kind] = {"contacts": people, "orders": sales}


class NoBatch(NotFound):
    """There is no import with that number."""

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"There is no import I-{batch_id}.", hint="See ecrm import list.")


class SomeRejected(PartlyDone):
    """Lines were rejected; the others came in."""

    def __init__(self, summary: Summary) -> None:
        where = f"ecrm import rejects I-{summary.batch}" if summary.batch else "--format json"
        super().__init__(
            f"{summary.rejected} of {summary.rows} rows were rejected.",
            hint=f"See them with {where}, mend them, import them again.",
        )


@dataclass(frozen=True)
class Job:
    """What to import and how: ``file`` is a path or ``-``."""

    file: str
    wanted: Wanted
    encoding: str | None = None
    agreement: Agreement | None = None
    again: bool = False
    dry_run: bool = False

    def options(self) -> str:
        """What, beside the bytes, makes two imports the same."""
        from ecrm_cli.core.formats import as_line

        given = self.agreement
        return as_line(
            {
                "preset": self.wanted.preset,
                "map": dict(self.wanted.mapped),
                "source": self.wanted.source,
                "encoding": self.encoding,
                "topic": given and given.topic,
                "basis": given and given.basis,
            }
        )


@dataclass(frozen=True)
class Prepared:
    """A file understood before the store is opened."""

    job: Job
    layout: Layout
    stamp: tuple[int, int, int] | None


@dataclass(frozen=True)
class Summary:
    """What an import did; rows = added + updated + unchanged + rejected.

    ``earlier`` is the batch that brought the same bytes in before; ``changes`` (contact, field,
    before, after, line) are filled in a dry run; ``mailable`` has a row for each topic.
    """

    batch: int | None
    kind: str
    rows: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int
    file: str
    preset: str
    source: str
    consent: Row | None = None
    earlier: int | None = None
    changes: list[Row] | None = None
    rejects: tuple[Reject, ...] = ()
    mailable: tuple[Row, ...] = ()


class _RolledBack(Exception):
    """Ends a dry run's transaction."""


def prepare(job: Job, scratch: Path, presets: Path) -> Prepared:
    """Read and understand the file without the store. Raises what readers and layout raise."""
    stamp = stamp_of(job.file)
    text = as_text(job.file, scratch, job.encoding)
    return Prepared(job, understand(text, job.wanted, presets), stamp)


def run(store: Store, now: datetime, prepared: Prepared, home: Home, scratch: Path) -> Summary:
    """Import the prepared file in one transaction; a dry run takes the same path and goes back.

    Raises Unreadable, ChangedWhileRead; then nothing of the file is in the book.
    """
    job, layout = prepared.job, prepared.layout
    same = store.one(
        "intake.same_batch",
        kind=layout.preset.kind,
        sha256=layout.text.sha256,
        options=job.options(),
    )
    if same and not job.again:
        return _known(store, same["batch_id"], job)
    unchanged_since(layout.text, prepared.stamp)
    # Staging may be tried twice, and the engine gives a transaction up at the first error.
    rows = stage(store, layout, scratch)
    unchanged_since(layout.text, prepared.stamp)
    KINDS[layout.preset.kind].read(store, layout, home)
    with suppress(_RolledBack), store.transaction():
        done = _finished(store, _write(store, now, prepared, home, rows), job)
        if job.dry_run:
            raise _RolledBack
    return done


def _write(store: Store, now: datetime, prepared: Prepared, home: Home, rows: int) -> Summary:
    job, layout = prepared.job, prepared.layout
    origin = Origin(store.take_ids("import_batch") + 1, layout.source, now)
    outcome = KINDS[layout.preset.kind].take_in(store, layout, origin, home)
    left_out = rejects.told(layout, outcome.faults)
    consent = agreement.record(store, origin, job.agreement) if job.agreement else None
    summary = Summary(
        origin.batch_id, layout.preset.kind, rows, outcome.added, outcome.updated,
        outcome.unchanged, len(left_out), outcome.warnings, layout.text.label,
        layout.columns.preset, layout.source, consent, rejects=tuple(left_out),
        changes=absorb.fills(store, SHOWN_CHANGES) if job.dry_run else None,
    )  # fmt: skip
    rejects.write(store, origin.batch_id, left_out)
    _keep(store, now, summary, prepared)
    return summary


def _keep(store: Store, now: datetime, summary: Summary, prepared: Prepared) -> None:
    batch_id, text = summary.batch or 0, prepared.layout.text
    store.run(
        "intake.add_batch",
        batch_id=batch_id,
        kind=summary.kind,
        file=Path(text.label).name,
        sha256=text.sha256,
        options=prepared.job.options(),
        preset=summary.preset,
        source=summary.source,
        row_count=summary.rows,
        added=summary.added,
        updated=summary.updated,
        unchanged=summary.unchanged,
        rejected=summary.rejected,
        warnings=summary.warnings,
        actor=store.actor,
        now=now,
    )
    audit.record(
        store,
        now,
        f"import {summary.kind}",
        {"batch": batch_id, "sha256": text.sha256, "rows": summary.rows},
    )


def _finished(store: Store, done: Summary, job: Job) -> Summary:
    mailable = tuple(agreement.mailable(store, job.agreement))
    return replace(done, batch=None if job.dry_run else done.batch, mailable=mailable)


def _known(store: Store, batch_id: int, job: Job) -> Summary:
    row = batch(store, batch_id)
    return Summary(
        None if job.dry_run else batch_id, row["kind"], row["rows"], 0, 0, row["rows"], 0, 0,
        row["file"], row["preset"],
        row["source"], earlier=batch_id, changes=[] if job.dry_run else None,
    )  # fmt: skip


def batches(store: Store) -> list[Row]:
    """Return every import, oldest first, in the shape of ``import list``."""
    return store.rows("intake.batches", batch_id=None)


def batch(store: Store, batch_id: int) -> Row:
    """Return one import. Raises NoBatch."""
    found = store.one("intake.batches", batch_id=batch_id)
    if found is None:
        raise NoBatch(batch_id)
    return found


def rejected(store: Store, batch_id: int) -> list[Row]:
    """Return the rejects of one import: line, column, reason, raw. Raises NoBatch."""
    batch(store, batch_id)
    return store.rows("intake.rejects", batch_id=batch_id)


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return the imports that touched a contact: occurred_at, room, what, detail."""
    return store.rows("intake.timeline", contact_id=contact_id)
