"""What the commands of loyalty say to a person."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row
from ecrm_cli.loyalty.model import counted, many
from ecrm_cli.loyalty.settling import Settled

_WHY = {
    "test": "a test",
    "cancelled": "cancelled",
    "no programme": "there is no programme",
    "other currency": "not the programme's currency",
    "not settled": "not settled yet",
}


def settled(done: Settled, *, dry: bool) -> Iterator[str]:
    """Say what was posted, or would be, and what gives nothing."""
    if not done.posted:
        yield "Nothing to settle: every order and refund has its points."
    else:
        yield (
            f"{'Would post' if dry else 'Posted'} {counted(done.given)} of "
            f"{many(done.orders, 'order')}; took back {done.taken_back} for "
            f"{many(done.refunds, 'refund')} and {many(done.cancelled, 'cancelled order')}."
        )
    if done.guests:
        yield f"Guests have no points: {many(done.guests, 'order')}."
    if done.other_currency:
        yield (
            f"Not in the programme's currency, so without points: "
            f"{many(done.other_currency, 'order')} in {', '.join(done.currencies)}."
        )


def balance(found: Row) -> Iterator[str]:
    """Say what somebody has."""
    worth = f", worth {shown(found['worth'])} {found['currency']}" if found["currency"] else ""
    yield f"P-{found['contact']} has {counted(found['points'])}{worth}."
    if found["pending"]:
        yield f"{counted(found['pending'])} more are pending."


def posted(done: Row) -> Iterator[str]:
    """Say what was given, spent or mended, and what is left."""
    sign, left = "-" if done["points"] < 0 else "+", counted(done["balance"])
    change = f"{sign}{counted(abs(done['points']))}"
    if done["repeated"]:
        yield f"{done['ref']} was posted before with this key; nothing was posted now."
        yield f"It was {change} for P-{done['contact']}, who had {left} then."
    else:
        yield f"{done['ref']}: {change} for P-{done['contact']}, who has {left} now."


def redeemed(done: Row) -> Iterator[str]:
    """Say what was spent and what is left."""
    yield from posted({**done, "points": -done["points"]})


def explained(found: Row) -> Iterator[str]:
    """Say what somebody's points are made of."""
    yield from balance(found)
    if found["formula"]:
        yield f"The programme gives {found['formula']}."
    else:
        yield "There is no programme now; what was posted stands."
    for order in found["orders"]:
        bought = f"{shown(order['total'])} {order['currency']}"
        yield f"  {_day(order['ordered_at'])}  {order['order_ref']}  {bought}: {_gave(order)}"
        if order["rule"] not in (None, found["formula"]):
            yield f"    by the programme of then: {order['rule']}"
    for other in found["others"]:
        what = f"{other['ref']}  {other['kind']}: {other['points']:+d}"
        yield f"  {_day(other['posted_for'])}  {what}{_why(other)}"


def finding(found: Row) -> str:
    """Say one finding of the check."""
    examples = f" Such as {', '.join(found['examples'])}." if found["examples"] else ""
    return f"{found['severity'].title()}: {found['message']}{examples} {found['hint']}"


def checked(found: Row) -> Iterator[str]:
    """Say whether the ledger adds up."""
    for row in found["findings"]:
        yield finding(row)
    if found["ok"]:
        size = many(found["transactions"], "transaction")
        yield f"The ledger adds up: {size}, difference {found['difference']}."


def _day(moment: object) -> str:
    return shown(moment)[:10]


def _gave(order: Row) -> str:
    if order["why_none"]:
        return f"none, {_WHY[order['why_none']]}"
    back = f", {order['taken_back']} taken back" if order["taken_back"] else ""
    return f"{order['points']:+d}{back}"


def _why(other: Row) -> str:
    if other["kind"] == "refund":
        return " (a return that names no order)"
    return f" ({other['reason']})" if other["reason"] else ""
