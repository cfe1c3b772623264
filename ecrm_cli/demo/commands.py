"""``ecrm demo``: a shop with people in it, before your eyes."""

from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

from ecrm_cli.cli import Command, run
from ecrm_cli.core.app import App
from ecrm_cli.demo import ops
from ecrm_cli.demo.stage import Stage

app = typer.Typer(add_completion=False, rich_markup_mode=None)

DEFAULT = Path("demo-shop")

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help=f"A new folder; {DEFAULT} without it.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Another seed, other people.")]
Force = Annotated[bool, typer.Option("--force", help="Make an earlier demo in DIR anew.")]


@app.command("demo", cls=Command)
def demo(ctx: typer.Context, folder: Folder = None, seed: Seed = 1, force: Force = False) -> None:
    """Make a shop with people in it, and show what ecrm does.

    Everything stays in one folder, mail included; to forget it, remove the folder.

    Example: ecrm demo
    """
    door: App = ctx.obj
    named = folder or door.folder or DEFAULT
    screen = door.out.stderr if door.out.machine else door.out.stdout
    stage = Stage(run, Path.cwd(), StringIO() if door.out.view.quiet else screen)
    shown = ops.play(stage, named, seed, door.now, force=force)
    if door.out.machine:
        door.out.thing(shown, words=[])
