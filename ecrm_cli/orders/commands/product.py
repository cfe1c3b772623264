"""``ecrm product``: what was sold."""

from typing import Annotated

import typer

from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.orders import products
from ecrm_cli.orders.commands import words

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="What was sold."
)

Sku = Annotated[str, typer.Argument(metavar="PRODUCT", help="Its SKU, or source:sku.")]


@app.command("list", cls=ListCommand)
def list_products(ctx: typer.Context) -> None:
    """List the products.

    Example: ecrm product list --format csv
    """
    door: App = ctx.obj
    with door.reading() as store:
        total = products.count(store)
        columns = ["ref", "title", "category", "price", "currency", "stock"]
        door.out.rows(products.pages(store), columns=columns, total=lambda: total)


@app.command("show", cls=Command)
def show_product(ctx: typer.Context, product: Sku) -> None:
    """Show one product and what was sold of it.

    Example: ecrm product show BEANS-250
    """
    door: App = ctx.obj
    with door.reading() as store:
        page = products.show(store, products.find(store, product))
    door.out.thing(page, words=words.product)
