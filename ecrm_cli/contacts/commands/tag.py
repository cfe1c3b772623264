"""``ecrm tag``: the tags in use."""

import typer

from ecrm_cli.cli import ListCommand
from ecrm_cli.contacts import tags
from ecrm_cli.core.app import App

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="The tags in use."
)


@app.callback()
def noun() -> None:
    """The tags in use."""


@app.command("list", cls=ListCommand)
def list_tags(ctx: typer.Context) -> None:
    """List the tags in use and how many contacts have each.

    Example: ecrm tag list
    """
    door: App = ctx.obj
    with door.reading() as store:
        door.out.rows(tags.tags(store), columns=["tag", "contacts"])
