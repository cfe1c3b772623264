"""``ecrm run``: the one line for cron."""

from dataclasses import replace
from typing import Annotated

import typer

from ecrm_cli.cli import ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.upkeep import running

# Nobody sits and waits for it; a report may hold the database for a while.
PATIENCE = 60.0

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("run", cls=ListCommand)
def run_steps(
    ctx: typer.Context,
    only: Annotated[
        str | None, typer.Option("--only", metavar="STEP,…", help="Only these steps.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Say what is due and do nothing.")
    ] = False,
) -> int:
    """Do what is due: the one line for cron.

    It settles what waits, sends mail and posts points. Two at once do no harm. It waits for the
    database for 60 s unless --wait says otherwise.

    Example: ecrm run --quiet
    """
    door = patient(ctx)
    reports = running.run(door, running.chosen(only), dry=dry_run)
    well = not any(report.wrong() or report.bug for report in reports)
    if not (well and door.out.view.quiet):
        show(door, reports)
    errors = running.wrong(reports)
    for error in errors:
        door.out.error(error)
    return running.code(errors)


def patient(ctx: typer.Context) -> App:
    """Return the App with run's own patience, unless the line says how long to wait."""
    door: App = ctx.obj
    given = ctx.find_root().obj.get("wait")
    return door if given else replace(door, wait=PATIENCE)


def show(door: App, reports: list[running.Report]) -> None:
    """Write what became of each step."""
    rows = [report.row() for report in reports]
    if not door.out.machine:
        rows = [
            {**row, "counts": running.words(row["counts"]), "seconds": f"{row['seconds']:.1f}"}
            for row in rows
        ]
    door.out.rows(rows, columns=["step", "state", "counts", "seconds", "note"])
