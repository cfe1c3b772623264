"""``ecrm completion``: what a shell needs to complete nouns, commands and names."""

from typing import Annotated, Literal

import typer
import typer.completion

from ecrm_cli.cli import Command
from ecrm_cli.core.app import App

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Shell = Literal["bash", "zsh", "fish"]


@app.command("completion", cls=Command)
def completion(
    ctx: typer.Context,
    shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="Your shell.")],
    install: Annotated[bool, typer.Option("--install", help="Write it where it is read.")] = False,
) -> None:
    """Set up completion for your shell.

    Prints the script that your shell reads, or with --install writes it where it is read.

    Example: ecrm completion bash --install
    """
    door: App = ctx.obj
    if install:
        _shell, path = typer.completion.install(  # type: ignore[attr-defined]
            shell=shell, prog_name="ecrm", complete_var="_ECRM_COMPLETE"
        )
        door.out.note(f"Wrote {path}. It works in the next shell that you open.")
        return
    script = typer.completion.get_completion_script(  # type: ignore[attr-defined]
        prog_name="ecrm", complete_var="_ECRM_COMPLETE", shell=shell
    )
    door.out.raw([script + "\n"])
