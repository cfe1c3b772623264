"""What was sold: products named, listed and shown."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.store import Row, Store
from ecrm_cli.orders.model import AmbiguousNumber

PAGE = 5_000


def find(store: Store, words: str) -> int:
    """Return the id of the one product that a SKU or ``source:sku`` names.

    Raises NotFound with close SKUs, or AmbiguousNumber with each ``source:sku``.
    """
    rows = named(store, words)
    if not rows:
        raise NotFound.named("product", words, like(store, words))
    return int(rows[0]["product_id"])


def named(store: Store, words: str) -> list[Row]:
    """Return the product that ``words`` name, or none; raises AmbiguousNumber.

    Letters of either case mean the same unless two SKUs differ in nothing else.
    """
    source, _, rest = words.partition(":")
    rows = store.rows("orders.by_sku", words=words, source=source, rest=rest)
    rows = [row for row in rows if row["sku"] in (words, rest)] or rows
    if len(rows) > 1:
        raise AmbiguousNumber("product", words, [row["ref"] for row in rows])
    return rows


def like(store: Store, words: str) -> list[str]:
    """Return up to three SKUs that look like ``words``."""
    return [row["sku"] for row in store.rows("orders.similar_skus", words=words)]


def pages(store: Store) -> Iterator[Row]:
    """Yield every product by id, read a page at a time.

    id, ref, sku, source, title, category, price, currency, stock, available_from.
    """
    after = 0
    while True:
        page = store.rows("orders.products", after=after, amount=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def count(store: Store) -> int:
    """Return how many products there are."""
    row = store.one("orders.count_products")
    return int(row["products"]) if row else 0


def show(store: Store, product_id: int) -> Row:
    """Return one product: the list's fields and ``sales``, one row a currency.

    currency, orders, sold, returned (quantities), net (money), first_at, last_at.
    """
    found = store.one("orders.product", product_id=product_id) or {}
    return {**found, "sales": store.rows("orders.sales_of_product", product_id=product_id)}
