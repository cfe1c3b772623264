"""What the commands of orders say to a person."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row

_PARTS = ("gross", "discount", "tax", "shipping")


def order(page: Row) -> Iterator[str]:
    """Say one order: whose, when, what, how much, what went back."""
    owner = f"P-{page['contact']}" if page["contact"] else "guest"
    yield f"{page['ref']}  {shown(page['ordered_at'])}  {owner}  {page['status']}"
    for line in page["lines"]:
        article = " ".join(part for part in (line["sku"], line["description"]) if part)
        yield (
            f"  {_number(line['quantity'])} x {article or 'article'} @ "
            f"{shown(line['unit_price'])} = {shown(line['amount'])}"
        )
    for part in _PARTS:
        if page[part] and page[part] != page["total"]:
            yield f"  {part:<9} {shown(page[part])}"
    yield f"  {'total':<9} {shown(page['total'])} {page['currency']}"
    for back in page["refunds"]:
        why = f"  {back['reason']}" if back["reason"] else ""
        yield f"  {'refunded':<9} {shown(back['amount'])}  {shown(back['refunded_at'])}{why}"
    for name, value in page["attributes"].items():
        yield f"  {name:<9} {shown(value)}"


def refund(done: Row) -> Iterator[str]:
    """Say what was given back and what is left of the order."""
    yield (
        f"Gave back {shown(done['amount'])} {done['currency']} of order {done['order']}; "
        f"{shown(done['left'])} is left."
    )


def product(page: Row) -> Iterator[str]:
    """Say one product and what was sold of it."""
    yield " ".join(part for part in (page["ref"], page["title"]) if part)
    if page["price"] is not None:
        yield f"  {'price':<9} {shown(page['price'])} {page['currency'] or ''}".rstrip()
    for name in ("category", "stock", "available_from"):
        if page[name] is not None:
            yield f"  {name:<9} {shown(page[name])}"
    for row in page["sales"]:
        yield (
            f"  {'sold':<9} {_number(row['sold'])} in {row['orders']} orders, "
            f"{_number(row['returned'])} came back; {shown(row['net'])} {row['currency']}"
        )
    if not page["sales"]:
        yield f"  {'sold':<9} never"


def _number(quantity: object) -> str:
    text = f"{quantity:f}" if hasattr(quantity, "as_tuple") else str(quantity)
    return text.rstrip("0").rstrip(".") if "." in text else text
