"""``ecrm today``: what needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import local_day
from ecrm_cli.upkeep import today
from ecrm_cli.upkeep.today import Item

COLUMNS = ["kind", "count", "text", "command"]
# A terminal as it comes up: what is longer is cut on a terminal and nowhere else.
WIDTH = 80

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("today", cls=ListCommand)
def show_today(ctx: typer.Context) -> None:
    """What needs somebody today.

    Each line ends with the command that deals with it.

    Example: ecrm today
    """
    door: App = ctx.obj
    with door.reading() as store:
        found = today.items(store, door)
    exports.note(door, "today")
    if door.out.machine or door.out.view.fields:
        door.out.rows([item.row() for item in found], columns=COLUMNS)
    else:
        door.out.thing({}, words=page(door, found))


def page(door: App, found: Sequence[Item]) -> Iterator[str]:
    """Yield the page's lines."""
    business = door.settings.business
    yield f"{business.name}, {local_day(door.now, business.timezone):%A %Y-%m-%d}"
    narrow = door.out.stdout.isatty()
    for text, command in lines(found):
        yield fitted(text, command) if narrow else f"{text}  {command}"
    if not found:
        yield "Nothing needs you today."


def lines(found: Sequence[Item]) -> Iterator[tuple[str, str]]:
    """Yield each line's text and command: a kind, and below it the first few of it."""
    for item in found:
        if len(item.examples) == 1 and not item.more:
            yield f"{item.text}: {item.examples[0].text}", item.examples[0].command
            continue
        more = f", {item.more:,} of them not shown" if item.examples and item.more else ""
        yield item.text + more, item.command
        for one in item.examples:
            yield f"  {one.text}", one.command


def fitted(text: str, command: str) -> str:
    """Return a line of a terminal: the command at its end, the text cut to what is left."""
    room = max(WIDTH - len(command) - 2, 10)
    cut = text if len(text) <= room else f"{text[: room - 1]}…"
    return f"{cut:<{room}}  {command}"
