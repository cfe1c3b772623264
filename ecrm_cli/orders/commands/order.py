"""``ecrm order``: orders and refunds."""

from dataclasses import replace
from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import as_of_end, day_start, read_day, read_moment
from ecrm_cli.core.store import Store
from ecrm_cli.orders import model, ops, products, till
from ecrm_cli.orders.commands import words
from ecrm_cli.orders.model import STATUSES, NewOrder, NewRefund, Wanted

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="Orders and refunds."
)

Number = Annotated[str, typer.Argument(metavar="ORDER", help="Its number, or source:number.")]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="What was given back, such as 3.50.")]
Contact = Annotated[str | None, typer.Option("--contact", help="Whose: e-mail, phone, id, ref.")]
Product = Annotated[str | None, typer.Option("--product", help="With this article: a SKU.")]
Status = Annotated[str | None, typer.Option("--status", help=f"{', '.join(STATUSES)}.")]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to and with this day.")]
Total = Annotated[str | None, typer.Option("--total", metavar="AMOUNT", help="What was paid.")]
Lines = Annotated[
    list[str] | None,
    typer.Option("--line", metavar="LINE", help='An article: "SKU x 2 @ 3.50"; again for more.'),
]
Currency = Annotated[str | None, typer.Option("--currency", help="Else the workspace's.")]
At = Annotated[str | None, typer.Option("--at", metavar="DATE", help="When; else now.")]
OrderChannel = Annotated[str, typer.Option("--channel", help="Where it was bought.")]
OwnNumber = Annotated[str | None, typer.Option("--number", help="Else the next free M-1, M-2, ….")]
NewProducts = Annotated[
    bool, typer.Option("--new-product", help="Make articles that are not known yet.")
]
Why = Annotated[str | None, typer.Option("--reason", help="Why it was given back.")]


@app.command("list", cls=ListCommand)
def list_orders(
    ctx: typer.Context,
    contact: Contact = None,
    product: Product = None,
    status: Status = None,
    since: From = None,
    until: To = None,
) -> None:
    """List orders, the last written down first.

    Example: ecrm order list --contact ana@example.org --from 2026-01-01
    """
    door: App = ctx.obj
    with door.reading() as store:
        wanted = wanted_of(door, since, until, status)
        wanted = narrowed(door, store, wanted, contact, product)
        total = ops.count(store, wanted)
        columns = ["ref", "ordered_at", "contact", "total", "currency", "refunded", "status"]
        exports.note(door, "order list", contacts=wanted.people)
        door.out.rows(ops.pages(store, wanted), columns=columns, total=lambda: total)


@app.command("show", cls=Command)
def show_order(ctx: typer.Context, order: Number) -> None:
    """Show one order with its lines and refunds.

    Example: ecrm order show M-1
    """
    door: App = ctx.obj
    with door.reading() as store:
        page = ops.show(store, ops.find(store, order))
    exports.note(door, "order show", contacts=[page["contact"]] if page["contact"] else [])
    door.out.thing(page, words=words.order)


@app.command("add", cls=Command)
def add_order(
    ctx: typer.Context,
    contact: Contact = None,
    total: Total = None,
    lines: Lines = None,
    currency: Currency = None,
    at: At = None,
    channel: OrderChannel = "shop",
    number: OwnNumber = None,
    new_product: NewProducts = False,
) -> None:
    """Write down an order that was paid; without --contact it is a guest's.

    Example: ecrm order add --contact ana@example.org --line "BEANS-250 x 2 @ 3.50"
    """
    door: App = ctx.obj
    business = door.settings.business
    new = NewOrder(
        None, model.currency(currency or business.currency),
        read_moment(at, door.now, business.timezone), model.amount(total) if total else None,
        tuple(model.line(line) for line in lines or []), channel, number, new_product,
    )  # fmt: skip
    with door.writing() as store:
        new = replace(new, contact_id=contact_named(door, store, contact) if contact else None)
        added = ops.show(store, till.add(store, door.now, new))
    door.out.thing(added, words=lambda page: ["Added:", *words.order(page)])


@app.command("refund", cls=Command)
def refund_order(
    ctx: typer.Context, order: Number, amount: Amount, reason: Why = None, at: At = None
) -> None:
    """Write down that money was given back; several refunds of an order add up.

    Example: ecrm order refund M-1 3.50 --reason "arrived broken"
    """
    door: App = ctx.obj
    when = read_moment(at, door.now, door.settings.business.timezone)
    new = NewRefund(model.amount(amount), when, reason)
    with door.writing() as store:
        done = till.refund(store, door.now, ops.find(store, order), new)
    door.out.thing(done, words=words.refund(done))


def wanted_of(door: App, since: str | None, until: str | None, status: str | None) -> Wanted:
    """Read the period in whole days, and the status. Raises BadDay, UnknownStatus."""
    zone = door.settings.business.timezone
    return Wanted(
        status=model.status(status),
        since=day_start(read_day(since), zone) if since else None,
        until=as_of_end(read_day(until), zone) if until else None,
    )


def narrowed(
    door: App, store: Store, wanted: Wanted, contact: str | None, product: str | None
) -> Wanted:
    """Add the contact and the product that were named. Raises NotFound, Ambiguous."""
    return replace(
        wanted,
        contact_id=contact_named(door, store, contact) if contact else None,
        product_id=products.find(store, product) if product else None,
    )
