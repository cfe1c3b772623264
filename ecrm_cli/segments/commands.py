"""``ecrm segment``: groups of people described by rules."""

import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.contacts.commands.contact import LIST_COLUMNS
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import EcrmError, UsageError
from ecrm_cli.core.workspace import find_workspace
from ecrm_cli.segments import checks, explaining, library, ops, rhythm, snapshots
from ecrm_cli.segments.model import Asking, Rule

EVERY = "all"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Who: groups of people described by rules.",
)


class WhichRule(UsageError):
    """A command without a rule, or with two."""

    def __init__(self) -> None:
        super().__init__(
            "Say who in one way: the name of a segment, or --where.",
            hint="Such as one-time-buyers, or --where 'country: RS'.",
        )


def complete(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the names of segments that begin as typed."""
    given = (ctx.find_root().obj or {}).get("workspace")
    with suppress(EcrmError, OSError):
        place = find_workspace(Path.cwd(), Path(given) if given else None, os.environ)
        return [name for name in library.names(place.segments) if name.startswith(incomplete)]
    return []


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The segment's name.", autocompletion=complete)
]
MaybeName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="The segment.", autocompletion=complete)
]
Where = Annotated[
    str | None, typer.Option("--where", metavar="RULE", help="A rule in YAML, its file, or -.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")]


def rule_of(door: App, asking: Asking, name: str | None, where: str | None) -> Rule:
    """Return the rule that a line asks for; says what of it is known only as of today.

    Raises WhichRule, NotFound, DataError.
    """
    if (name is None) == (where is None):
        raise WhichRule
    if where == "-":
        rule = library.inline(asking.folder, sys.stdin.read(), "stdin")
    elif where is not None:
        rule = library.written(asking.folder, where)
    else:
        rule = ops.named(asking, name or "")
    if note := ops.note_on_history(rule, asking, ops.asking_of(door).as_of):
        door.out.note(note)
    return rule


@app.command("list", cls=ListCommand)
def list_segments(ctx: typer.Context, as_of: AsOf = None) -> None:
    """List the segments with how many people are in each.

    Example: ecrm segment list --as-of 2026-03-31
    """
    door: App = ctx.obj
    with door.reading() as store:
        found, gap = ops.listed(store, ops.asking_of(door, as_of))
    shown = [{**row, "why": row["why"] or row["description"]} for row in found]
    door.out.rows(shown, columns=["segment", "count", "why"])
    if gap is not None:
        door.out.note(rhythm.words(gap))
    for row in found:
        if row["problem"]:
            door.out.warn(f"{row['segment']} cannot be asked: {row['problem']}")


@app.command("show", cls=Command)
def show_segment(ctx: typer.Context, name: Name) -> None:
    """Show a segment's rule as it is written.

    Example: ecrm segment show one-time-buyers
    """
    door: App = ctx.obj
    found = ops.shown(ops.asking_of(door), name)
    door.out.thing(found, words=found["text"].splitlines())


@app.command("check", cls=Command)
def check_segments(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME|all]", help="One segment, or all.", autocompletion=complete),
    ] = EVERY,
    strict: Strict = False,
) -> int:
    """Tell what is wrong with segments, with the line.

    Example: ecrm segment check lapsed
    """
    door: App = ctx.obj
    asking = ops.asking_of(door)
    names = library.names(asking.folder) if name == EVERY else [name]
    with door.reading() as store:
        found = checks.findings(store, asking, names, door.settings.consent.topics)
    failed = any(strict or finding["severity"] == "error" for finding in found)
    lines = [checks.line(finding) for finding in found]
    door.out.thing({"ok": not failed, "findings": found}, words=lines or ["Nothing is wrong."])
    return 3 if failed else 0


@app.command("count", cls=Command)
def count_members(
    ctx: typer.Context, name: MaybeName = None, where: Where = None, as_of: AsOf = None
) -> None:
    """Count the people in a segment.

    Example: ecrm segment count --where "{country: RS}"
    """
    door: App = ctx.obj
    asking = ops.asking_of(door, as_of)
    rule = rule_of(door, asking, name, where)
    with door.reading() as store:
        found = ops.count(store, rule, asking)
    door.out.thing(
        {"segment": rule.name, "count": found, "as_of": asking.as_of}, words=[str(found)]
    )


@app.command("members", cls=ListCommand)
def list_members(
    ctx: typer.Context, name: MaybeName = None, where: Where = None, as_of: AsOf = None
) -> None:
    """List the people in a segment.

    Example: ecrm segment members lapsed --fields email --format csv --no-header
    """
    door: App = ctx.obj
    asking = ops.asking_of(door, as_of)
    rule = rule_of(door, asking, name, where)
    with door.reading() as store:
        found = ops.members(store, rule, asking)
        total = partial(ops.count, store, rule, asking)
        exports.note(door, "segment members")
        door.out.rows(found, columns=LIST_COLUMNS, total=total)


@app.command("explain", cls=Command)
def explain_member(
    ctx: typer.Context,
    name: Name,
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="E-mail, id, ref or name.")],
    as_of: AsOf = None,
) -> None:
    """Tell why somebody is in a segment or not, condition by condition.

    Example: ecrm segment explain lapsed ana@example.org
    """
    door: App = ctx.obj
    asking = ops.asking_of(door, as_of)
    rule = rule_of(door, asking, name, None)
    with door.reading() as store:
        found = explaining.explain(store, rule, asking, contact_named(door, store, contact))
    exports.note(door, "segment explain", contacts=[found["contact"]])
    door.out.thing(found, words=explaining.lines)


@app.command("snapshot", cls=ListCommand)
def take_snapshot(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME|all]", help="One segment, or all.", autocompletion=complete),
    ] = EVERY,
    as_of: AsOf = None,
) -> None:
    """Keep who was in the segments at the end of yesterday, or of --as-of.

    Example: ecrm segment snapshot vip
    """
    door: App = ctx.obj
    asking = ops.asking_of(door, as_of) if as_of else snapshots.whole_day(ops.asking_of(door))
    names = library.names(asking.folder) if name == EVERY else [name]
    with door.writing() as store:
        taken = snapshots.take(store, door.now, asking, names)
    door.out.rows(taken.rows, columns=["segment", "day", "members", "came", "went"])
    for line in snapshots.words(taken, asking):
        door.out.note(line)


@app.command("history", cls=ListCommand)
def list_history(ctx: typer.Context, name: Name) -> None:
    """List how many were in a segment, day by day, and how many came and went.

    Example: ecrm segment history vip
    """
    door: App = ctx.obj
    with door.reading() as store:
        found = snapshots.history(store, ops.asking_of(door), name)
    door.out.rows(found, columns=["day", "members", "came", "went"])


@app.command("fields", cls=ListCommand)
def list_fields(ctx: typer.Context) -> None:
    """List everything a rule can ask, with its words and an example.

    Example: ecrm segment fields --fields field,example
    """
    door: App = ctx.obj
    door.out.rows(ops.fields(), columns=["field", "about", "words", "example"])
