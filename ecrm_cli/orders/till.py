"""Orders and refunds written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.calendar import happened
from ecrm_cli.core.store import Row, Store
from ecrm_cli.orders import products
from ecrm_cli.orders.model import (
    BeforeTheOrder,
    Line,
    MoreThanPaid,
    NewOrder,
    NewRefund,
    NoPrice,
    NothingBack,
    NumberTaken,
    TotalOrLines,
    UnknownArticle,
    times,
    within,
)


@dataclass(frozen=True)
class _Sold:
    """A line with everything known about it."""

    product_id: int
    description: str | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


def add(store: Store, now: datetime, new: NewOrder) -> int:
    """Write an order of the source ``manual``, paid when it was placed; return its id.

    Without a number it takes the next free M-1, M-2, …
    Raises TotalOrLines, StillToCome, NumberTaken, UnknownArticle, NoPrice, TooLarge.
    """
    if (new.total is None) == (not new.lines):
        raise TotalOrLines
    happened(new.ordered_at, now)
    with store.transaction():
        order_id = store.take_ids("orders") + 1
        sold = [_sold(store, now, new, line) for line in new.lines]
        total = sum((line.amount for line in sold), Decimal()) if sold else new.total
        _write(store, now, order_id, new, within(total or Decimal()))
        for number, line in enumerate(sold, start=1):
            store.run("orders.add_line", order_id=order_id, line_number=number, **vars(line))
        owner = [] if new.contact_id is None else [new.contact_id]
        audit.record(store, now, "order add", {"orders": [order_id], "contacts": owner})
    return order_id


def _write(store: Store, now: datetime, order_id: int, new: NewOrder, total: Decimal) -> None:
    number = new.number or (store.one("orders.free_number") or {})["number"]
    written = store.run(
        "orders.add_order",
        order_id=order_id,
        number=number,
        contact_id=new.contact_id,
        ordered_at=new.ordered_at,
        channel=new.channel,
        currency=new.currency,
        total=total,
        now=now,
    )
    if not written:
        raise NumberTaken(number)


def _sold(store: Store, now: datetime, new: NewOrder, line: Line) -> _Sold:
    product = _product(store, now, new, line)
    price = line.unit_price
    if price is None:
        price = product["price"] if product["currency"] == new.currency else None
    if price is None:
        raise NoPrice(line.sku, new.currency)
    return _Sold(
        product_id=product["id"],
        description=product["title"],
        quantity=line.quantity,
        unit_price=price,
        amount=times(line.quantity, price),
    )


def _product(store: Store, now: datetime, new: NewOrder, line: Line) -> Row:
    known = products.named(store, line.sku)
    if known:
        product_id = known[0]["product_id"]
    elif new.new_products:
        product_id = store.take_ids("product") + 1
        store.run(
            "orders.add_product",
            product_id=product_id,
            sku=line.sku,
            price=line.unit_price,
            currency=new.currency,
            now=now,
        )
    else:
        raise UnknownArticle(line.sku, products.like(store, line.sku))
    return store.one("orders.product", product_id=product_id) or {}


def refund(store: Store, now: datetime, order_id: int, new: NewRefund) -> Row:
    """Write that money of an order was given back; several refunds add up.

    Returns refund, order, amount, currency, refunded (all of them together), left.
    Raises NothingBack, MoreThanPaid, BeforeTheOrder, StillToCome.
    """
    happened(new.refunded_at, now)
    with store.transaction():
        refund_id = store.take_ids("refund") + 1
        order = store.one("orders.refundable", order_id=order_id) or {}
        _check_refund(order, new)
        store.run(
            "orders.add_refund",
            refund_id=refund_id,
            number=f"RF-{refund_id}",
            order_id=order_id,
            contact_id=order["contact_id"],
            currency=order["currency"],
            actor=store.actor,
            now=now,
            **vars(new),
        )
        owner = [] if order["contact_id"] is None else [order["contact_id"]]
        what = {"orders": [order_id], "refunds": [refund_id], "contacts": owner}
        audit.record(store, now, "order refund", what)
    return _refunded(refund_id, order, new)


def _check_refund(order: Row, new: NewRefund) -> None:
    if new.amount <= 0:
        raise NothingBack
    if order["refunded"] + new.amount > order["total"]:
        raise MoreThanPaid(order["ref"], order["currency"], order["total"], order["refunded"])
    # A refund given by its day begins before an order of the same day.
    if new.refunded_at + timedelta(days=1) <= order["ordered_at"]:
        raise BeforeTheOrder(order["ref"], order["ordered_at"])


def _refunded(refund_id: int, order: Row, new: NewRefund) -> Row:
    refunded = order["refunded"] + new.amount
    return {
        "refund": refund_id,
        "order": order["ref"],
        "amount": new.amount,
        "currency": order["currency"],
        "refunded": refunded,
        "left": order["total"] - refunded,
    }
