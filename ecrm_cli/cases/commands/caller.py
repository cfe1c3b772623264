"""``ecrm caller``: a phone is ringing; who is it?"""

from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cases.commands import page
from ecrm_cli.cli import Command
from ecrm_cli.core.app import App
from ecrm_cli.orders import events
from ecrm_cli.orders.events import NewEvent

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Words = Annotated[
    str,
    typer.Argument(
        metavar="CALLER", help="Phone (any form, or its last six digits), card, e-mail or name."
    ),
]
Log = Annotated[bool, typer.Option("--log", help="Write the call down, as of now.")]


@app.command(cls=Command)
def caller(ctx: typer.Context, who: Words, log: Log = False) -> None:
    """Who is calling, and what to know of them.

    Phone numbers and cards are tried first. It shows the last orders, the open cases, the points
    and what they agreed to.

    Example: ecrm caller "064 123 4567" --log
    """
    door: App = ctx.obj
    with door.writing() if log else door.reading() as store:
        contact_id = page.caller_named(door, store, who)
        if log:
            events.add(store, door.now, NewEvent(contact_id, "call", door.now))
        told = page.of_caller(door, store, contact_id)
    exports.note(door, "caller", contacts=[contact_id])
    door.out.thing({**told, "logged": log}, words=page.lines)
