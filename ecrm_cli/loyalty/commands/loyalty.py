"""``ecrm loyalty``: points."""

from datetime import datetime
from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import as_of_end, read_day
from ecrm_cli.loyalty import checks, model, ops, posting, settling
from ecrm_cli.loyalty.commands import words
from ecrm_cli.loyalty.commands.signed import SignedCommand
from ecrm_cli.loyalty.model import Posting
from ecrm_cli.loyalty.programme import known_programme, programme_of

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Points: settle, give, spend, prove.",
)

Contact = Annotated[str, typer.Argument(metavar="CONTACT", help="E-mail, phone, id, ref or name.")]
Points = Annotated[str, typer.Argument(metavar="POINTS", help="A whole number above 0.")]
Change = Annotated[str, typer.Argument(metavar="POINTS", help="Added; below 0, taken away.")]
Why = Annotated[str | None, typer.Option("--reason", help="Why; it stands in the history.")]
Key = Annotated[
    str | None, typer.Option("--key", help="Makes it happen once: the same key repeats nothing.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="As it was at the end of a day.")
]
DryRun = Annotated[bool, typer.Option("-n", "--dry-run", help="Say what would be posted.")]
Strict = Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")]


@app.command("settle", cls=Command)
def settle_orders(ctx: typer.Context, dry_run: DryRun = False) -> None:
    """Post the points of orders and refunds that have none yet.

    Example: ecrm loyalty settle
    """
    door: App = ctx.obj
    programme = programme_of(door.settings)
    act = settling.preview if dry_run else settling.settle
    with door.writing() as store:
        done = act(store, door.now, programme, door.settings.business.timezone)
    told = {**vars(done), "posted": done.posted, "dry_run": dry_run}
    door.out.thing(told, words=words.settled(done, dry=dry_run))


@app.command("balance", cls=Command)
def show_balance(ctx: typer.Context, contact: Contact, as_of: AsOf = None) -> None:
    """Show the points somebody has.

    Example: ecrm loyalty balance ana@example.org
    """
    door: App = ctx.obj
    programme = known_programme(door.settings)
    with door.reading() as store:
        whose = contact_named(door, store, contact)
        found = ops.balance(store, whose, programme, end_of(door, as_of))
    exports.note(door, "loyalty balance", contacts=[whose])
    door.out.thing(found, words=words.balance)


@app.command("history", cls=ListCommand)
def show_history(ctx: typer.Context, contact: Contact, as_of: AsOf = None) -> None:
    """List how somebody's points came and went, the oldest first.

    Example: ecrm loyalty history ana@example.org
    """
    door: App = ctx.obj
    with door.reading() as store:
        whose = contact_named(door, store, contact)
        rows = ops.history(store, whose, end_of(door, as_of))
    exports.note(door, "loyalty history", contacts=[whose])
    door.out.rows(rows, columns=["posted_for", "kind", "points", "balance", "order_ref", "reason"])


@app.command("earn", cls=SignedCommand)
def give_points(
    ctx: typer.Context, contact: Contact, points: Points, reason: Why = None, key: Key = None
) -> None:
    """Give somebody points by hand.

    Example: ecrm loyalty earn ana@example.org 100 --reason "sorry for the cold coffee"
    """
    door: App = ctx.obj
    given = model.read_points(points)
    why = reason or asked_why(door)
    with door.writing() as store:
        new = Posting(contact_named(door, store, contact), given, why, key)
        done = posting.earn(store, door.now, new)
    door.out.thing(done, words=words.posted)


@app.command("redeem", cls=SignedCommand)
def spend_points(
    ctx: typer.Context, contact: Contact, points: Points, reason: Why = None, key: Key = None
) -> None:
    """Let somebody spend points; never more than they have.

    Example: ecrm loyalty redeem ana@example.org 50 --key receipt-1207
    """
    door: App = ctx.obj
    spent = model.read_points(points)
    with door.writing() as store:
        new = Posting(contact_named(door, store, contact), spent, reason, key)
        done = posting.redeem(store, door.now, new)
    door.out.thing(done, words=words.redeemed)


@app.command("adjust", cls=SignedCommand)
def mend_balance(
    ctx: typer.Context, contact: Contact, points: Change, reason: Why = None, key: Key = None
) -> None:
    """Mend a balance that is wrong: points are added, or taken away.

    Example: ecrm loyalty adjust ana@example.org -20 --reason "given twice"
    """
    door: App = ctx.obj
    change = model.read_change(points)
    why = reason or asked_why(door)
    with door.writing() as store:
        new = Posting(contact_named(door, store, contact), change, why, key)
        done = posting.adjust(store, door.now, new)
    door.out.thing(done, words=words.posted)


@app.command("check", cls=Command)
def check_ledger(ctx: typer.Context, strict: Strict = False) -> int:
    """Prove that the ledger adds up.

    Example: ecrm loyalty check
    """
    door: App = ctx.obj
    programme = known_programme(door.settings)
    with door.reading() as store:
        found = checks.check(store, door.now, programme, strict=strict)
    door.out.thing(found, words=words.checked)
    return 0 if found["ok"] else 3


@app.command("explain", cls=Command)
def explain_points(ctx: typer.Context, contact: Contact, as_of: AsOf = None) -> None:
    """Tell what somebody's points are made of, order by order.

    Example: ecrm loyalty explain ana@example.org
    """
    door: App = ctx.obj
    programme = known_programme(door.settings)
    with door.reading() as store:
        whose = contact_named(door, store, contact)
        found = ops.explain(store, whose, programme, end_of(door, as_of))
    exports.note(door, "loyalty explain", contacts=[whose])
    door.out.thing(found, words=words.explained)


def end_of(door: App, as_of: str | None) -> datetime | None:
    """Return the instant at which as-of's day is over; None asks for all. Raises BadDay."""
    return as_of_end(read_day(as_of), door.settings.business.timezone) if as_of else None


def asked_why(door: App) -> str:
    """Ask for the reason; raises NeedsAnswer naming --reason without a terminal."""
    return door.ask.text("Why?", "--reason", check=lambda said: None if said else "Say why.")
