"""What an import says to a person when it has ended."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.core.store import Row
from ecrm_cli.intake.ops import Summary

SHOWN_REJECTS = 5
SHOWN_CHANGES = 10


def as_dict(summary: Summary) -> Row:
    """Return the summary in the shape scripts rely on."""
    keys = ("batch", "kind", "rows", "added", "updated", "unchanged", "rejected", "warnings")
    told: Row = {key: getattr(summary, key) for key in keys}
    told |= {"file": summary.file, "preset": summary.preset, "source": summary.source}
    told |= {"consent": summary.consent, "mailable": list(summary.mailable)}
    if summary.changes is not None:
        told["changes"] = summary.changes
        told["rejects"] = [vars(reject) for reject in summary.rejects]
    return told


def lines(summary: Summary) -> Iterator[str]:
    """Yield the summary's lines."""
    if summary.earlier:
        yield (
            f"{summary.file} is already in the book, as import I-{summary.earlier}: "
            f"{summary.rows} rows unchanged. --again reads it anyway."
        )
        return
    head = "Dry run, nothing written" if summary.batch is None else f"Import I-{summary.batch}"
    yield f"{head}: {summary.file}, read as {summary.preset} (source {summary.source})"
    yield (
        f"{summary.rows} rows: {summary.added} added, {summary.updated} updated, "
        f"{summary.unchanged} unchanged, {summary.rejected} rejected"
        + (f"; {summary.warnings} with a warning" if summary.warnings else "")
    )
    for change in (summary.changes or [])[:SHOWN_CHANGES]:
        yield f"  P-{change['contact']} {change['field']}: {change['after']}"
    for reject in summary.rejects[:SHOWN_REJECTS]:
        column = f", column {reject.column}" if reject.column else ""
        yield f"  line {reject.line}{column}: {reject.reason}"
    if len(summary.rejects) > SHOWN_REJECTS:
        yield f"  … and {len(summary.rejects) - SHOWN_REJECTS} more rejected"
    yield from _consent(summary)
    yield _next(summary)


def _consent(summary: Summary) -> Iterator[str]:
    if summary.consent:
        said = summary.consent
        yield (
            f"Consent recorded for {said['granted']}; {said['already']} had given it; left alone: "
            f"{said['withdrawn']} who withdrew, {said['suppressed']} suppressed, "
            f"{said['said_no']} who say no in the file"
        )
    for row in summary.mailable:
        yield (
            f"May be mailed about {row['topic']}: {row['may']}. Not: {row['no_consent']} without "
            f"consent, {row['no_address']} without an address, {row['suppressed']} suppressed"
        )
    if not summary.mailable:
        yield "Nobody may be mailed yet: no consent is recorded."


def _next(summary: Summary) -> str:
    if summary.batch is None:
        return "Next: run it again without --dry-run"
    if summary.rejected:
        return f"Next: ecrm import rejects I-{summary.batch}"
    if summary.kind == "contacts" and summary.consent is None:
        return (
            f"Next: ecrm consent grant --batch {summary.batch} --topic offers --basis consent, "
            "if these people agreed"
        )
    return "Next: ecrm segment list"
