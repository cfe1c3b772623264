"""``ecrm version``."""

import typer

from ecrm_cli import __version__
from ecrm_cli.cli import Command
from ecrm_cli.core.app import App

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("version", cls=Command)
def version(ctx: typer.Context) -> None:
    """Print the version.

    Example: ecrm version
    """
    door: App = ctx.obj
    door.out.thing({"version": __version__}, words=[f"ecrm {__version__}"])
