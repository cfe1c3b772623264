"""``ecrm interaction``: calls, visits, chats and letters."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import as_of_end, day_start, read_day, read_moment
from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row
from ecrm_cli.orders import events
from ecrm_cli.orders.events import INTERACTIONS, Asked, NewEvent

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Calls, visits, chats and letters.",
)

Contact = Annotated[str, typer.Option("--contact", help="Who: e-mail, phone, id, ref or name.")]
Narrow = Annotated[str | None, typer.Option("--contact", help="Whose: e-mail, phone, id, ref.")]
Kind = Annotated[str, typer.Option("--kind", help=f"{', '.join(INTERACTIONS)}.")]
OneKind = Annotated[str | None, typer.Option("--kind", help=f"{', '.join(INTERACTIONS)}.")]
Direction = Annotated[str, typer.Option("--direction", help="in: they came to us; or out.")]
Note = Annotated[str | None, typer.Option("--note", help="What it was about.")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When; else now.")]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to and with this day.")]


@app.command("add", cls=Command)
def add_interaction(
    ctx: typer.Context,
    contact: Contact,
    kind: Kind,
    note: Note = None,
    direction: Direction = "in",
    at: At = None,
) -> None:
    """Write down a call, a visit, a chat or a letter.

    Example: ecrm interaction add --contact ana@example.org --kind call --note "asked for decaf"
    """
    door: App = ctx.obj
    when = read_moment(at, door.now, door.settings.business.timezone)
    with door.writing() as store:
        contact_id = contact_named(door, store, contact)
        new = NewEvent(contact_id, kind, when, direction, note)
        added = events.show(store, events.add(store, door.now, new))
    door.out.thing(added, words=words)


@app.command("list", cls=ListCommand)
def list_interactions(
    ctx: typer.Context,
    contact: Narrow = None,
    kind: OneKind = None,
    since: From = None,
    until: To = None,
) -> None:
    """List calls, visits, chats and letters, the last written down first.

    Example: ecrm interaction list --contact ana@example.org
    """
    door: App = ctx.obj
    zone = door.settings.business.timezone
    first = day_start(read_day(since), zone) if since else None
    last = as_of_end(read_day(until), zone) if until else None
    with door.reading() as store:
        contact_id = contact_named(door, store, contact) if contact else None
        asked = Asked(contact_id, events.kind(kind), first, last)
        exports.note(door, "interaction list", contacts=asked.people)
        columns = ["occurred_at", "kind", "direction", "name", "note"]
        total = events.count(store, asked)
        door.out.rows(events.pages(store, asked), columns=columns, total=lambda: total)


def words(added: Row) -> Iterator[str]:
    """Say what was written down."""
    who = added["name"] or f"P-{added['contact']}"
    yield f"Kept: {added['kind']} with {who} at {shown(added['occurred_at'])}."
