"""``ecrm agent``: who deals with cases."""

import typer

from ecrm_cli.cases import ops
from ecrm_cli.cases.commands.asking import promised
from ecrm_cli.cli import ListCommand
from ecrm_cli.core.app import App

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="Who deals with cases."
)


@app.callback()
def agent() -> None:
    """Who deals with cases."""


@app.command("list", cls=ListCommand)
def list_agents(ctx: typer.Context) -> None:
    """List the agents with their open cases; those that are nobody's come too.

    Example: ecrm agent list
    """
    door: App = ctx.obj
    with door.reading() as store:
        rows = ops.agents(store, door.now, door.settings.agents, promised(door))
    door.out.rows(rows, columns=["agent", "open_cases", "overdue"])
