"""``ecrm import``: files in."""

import re
from typing import Annotated

import typer

from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import UsageError
from ecrm_cli.intake import ops, words
from ecrm_cli.intake.agreement import agreement_of
from ecrm_cli.intake.layout import Wanted
from ecrm_cli.intake.ops import Job
from ecrm_cli.intake.people import Home
from ecrm_cli.intake.presets import Kind, read_presets
from ecrm_cli.intake.scratch import scratch_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Read contacts and orders from a file.",
)

File = Annotated[str, typer.Argument(metavar="FILE", help="A file, or - for standard input.")]
Batch = Annotated[str, typer.Argument(metavar="BATCH", help="The import: I-3 or 3.")]
Preset = Annotated[str, typer.Option("--preset", help="How to read it; see import presets.")]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="Which column holds a field."),
]
Source = Annotated[str, typer.Option("--source", help="Whose ids these are.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="The file's encoding.")]
Topic = Annotated[str | None, typer.Option("--consent-topic", help="They agreed to this topic.")]
Basis = Annotated[str | None, typer.Option("--consent-basis", help="On this ground.")]
Again = Annotated[bool, typer.Option("--again", help="Read it although it was read before.")]
DryRun = Annotated[bool, typer.Option("-n", "--dry-run", help="Show what would happen.")]


@app.command("contacts", cls=Command)
def import_contacts(
    ctx: typer.Context,
    file: File,
    preset: Preset = "",
    mapped: Mapped = None,
    source: Source = "",
    encoding: Encoding = None,
    topic: Topic = None,
    basis: Basis = None,
    again: Again = False,
    dry_run: DryRun = False,
) -> None:
    """Import people from a CSV, TSV, JSON or NDJSON file.

    Example: ecrm import contacts customers.csv --dry-run
    """
    door: App = ctx.obj
    given = agreement_of(topic, basis, door.settings.consent.topics)
    wanted = wanted_of("contacts", preset, mapped, source)
    import_file(door, Job(file, wanted, encoding, given, again, dry_run))


@app.command("orders", cls=Command)
def import_orders(
    ctx: typer.Context,
    file: File,
    preset: Preset = "",
    mapped: Mapped = None,
    source: Source = "",
    encoding: Encoding = None,
    again: Again = False,
    dry_run: DryRun = False,
) -> None:
    """Import orders, one row an order or one row a line.

    Example: ecrm import orders orders.csv
    """
    door: App = ctx.obj
    wanted = wanted_of("orders", preset, mapped, source)
    import_file(door, Job(file, wanted, encoding, None, again, dry_run))


@app.command("list", cls=ListCommand)
def list_imports(ctx: typer.Context) -> None:
    """List the imports, oldest first.

    Example: ecrm import list
    """
    door: App = ctx.obj
    with door.reading() as store:
        door.out.rows(
            ops.batches(store),
            columns=["ref", "at", "kind", "file", "rows", "added", "updated", "rejected"],
        )


@app.command("show", cls=Command)
def show_import(ctx: typer.Context, batch: Batch) -> None:
    """Show one import.

    Example: ecrm import show I-1
    """
    door: App = ctx.obj
    with door.reading() as store:
        shown = ops.batch(store, batch_number(batch))
    door.out.thing(shown, words=door.out.pairs(shown))


@app.command("rejects", cls=ListCommand)
def list_rejects(ctx: typer.Context, batch: Batch) -> None:
    """List the rows of an import that did not come in, and why.

    Example: ecrm import rejects I-1
    """
    door: App = ctx.obj
    with door.reading() as store:
        door.out.rows(
            ops.rejected(store, batch_number(batch)), columns=["line", "column", "reason", "raw"]
        )


@app.command("presets", cls=ListCommand)
def list_presets(ctx: typer.Context) -> None:
    """List the kinds of export that are recognized.

    Example: ecrm import presets
    """
    door: App = ctx.obj
    rows = [
        {"preset": name, "kind": preset.kind, "source": preset.source, "made_for": preset.made_for}
        for name, preset in read_presets(door.workspace.presets).items()
    ]
    door.out.rows(rows, columns=["preset", "kind", "source", "made_for"])


def import_file(door: App, job: Job) -> None:
    """Run one import and tell what it did; exit 6 when rows were rejected."""
    business = door.settings.business
    home = Home(business.country, business.timezone, business.currency)
    with scratch_folder(door.workspace.scratch) as scratch:
        prepared = ops.prepare(job, scratch, door.workspace.presets)
        with door.writing(files=True) as store:
            summary = ops.run(store, door.now, prepared, home, scratch)
    door.out.thing(words.as_dict(summary), words=words.lines(summary))
    if summary.rejected:
        raise ops.SomeRejected(summary)


def wanted_of(kind: Kind, preset: str, mapped: list[str] | None, source: str) -> Wanted:
    """Read --map field=Column pairs. Raises UsageError."""
    pairs = []
    for pair in mapped or []:
        name, sign, heading = pair.partition("=")
        if not sign or not name or not heading:
            raise UsageError(f"--map {pair} is not FIELD=COLUMN.", hint="Like --map email=Mail.")
        pairs.append((name.strip(), heading.strip()))
    return Wanted(kind, preset, tuple(pairs), source)


def batch_number(text: str) -> int:
    """Read I-3, i3, #3 or 3. Raises UsageError."""
    found = re.fullmatch(r"(?:[Ii]-?|#)?([0-9]{1,18})", text.strip())
    if found is None:
        raise UsageError(f"{text!r} is not the number of an import.", hint="See ecrm import list.")
    return int(found[1])
