"""Money, lines and numbers as an owner types them; what can be wrong with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from ecrm_cli.core.codes import CURRENCIES
from ecrm_cli.core.errors import Conflict, DataError, NotFound, UsageError

CENT = Decimal("0.0001")
# DECIMAL(18, 4) holds fourteen digits before the point.
LIMIT = Decimal(10) ** 14
STATUSES = ("placed", "paid", "packed", "shipped", "delivered", "cancelled", "test")
_AMOUNT = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?")
_LINE = re.compile(r"(?P<sku>.+?)(?:\s+[xX×]\s+(?P<quantity>\S+))?(?:\s+@\s*(?P<price>\S+))?")


@dataclass(frozen=True)
class Line:
    """One article of an order; without a price the product's own is taken."""

    sku: str
    quantity: Decimal
    unit_price: Decimal | None


@dataclass(frozen=True)
class NewOrder:
    """An order typed at the till: a total, or lines that make it. No contact is a guest.

    ``ordered_at`` is aware. ``new_products`` makes articles that are not known yet.
    """

    contact_id: int | None
    currency: str
    ordered_at: datetime
    total: Decimal | None = None
    lines: tuple[Line, ...] = ()
    channel: str | None = None
    number: str | None = None
    new_products: bool = False


@dataclass(frozen=True)
class NewRefund:
    """Money given back; ``refunded_at`` is aware."""

    amount: Decimal
    refunded_at: datetime
    reason: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Which orders a list shows; None asks for all; ``since`` <= ordered_at < ``until``."""

    contact_id: int | None = None
    product_id: int | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def people(self) -> list[int]:
        """The contact asked for, if one was."""
        return [] if self.contact_id is None else [self.contact_id]


class BadAmount(DataError):
    """Words that are no amount."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not an amount.",
            hint="Write digits with a point and at most four decimals, such as 1250 or 3.50.",
        )


class TooLarge(DataError):
    """An amount with more digits than money has here."""

    def __init__(self, amount: Decimal) -> None:
        super().__init__(f"{amount:f} is more than an order can be.", hint="Check the numbers.")


class BadLine(UsageError):
    """A --line that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a line of an order.", hint='Write it like "SKU x 2 @ 3.50".'
        )


class TotalOrLines(UsageError):
    """An order of nothing, or of two sums."""

    def __init__(self) -> None:
        super().__init__(
            "An order has a total or lines.",
            hint='Give --total 12.50, or --line "SKU x 2 @ 3.50" for each article.',
        )


class UnknownCurrency(UsageError):
    """A currency that no country has."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is no currency.", hint="Write three letters, such as EUR.")


class UnknownStatus(UsageError):
    """A status that no order has."""

    def __init__(self, word: str) -> None:
        super().__init__(f"No order is ever {word!r}.", hint=f"Use {', '.join(STATUSES)}.")


class NumberTaken(Conflict):
    """Two orders of one source cannot have one number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"There is an order manual:{number} already.",
            hint="Leave --number out: the next free one is taken.",
        )


class AmbiguousNumber(Conflict):
    """A number or SKU that several sources have."""

    def __init__(self, noun: str, words: str, refs: Sequence[str]) -> None:
        super().__init__(
            f"{words!r} names {len(refs)} {noun}s: {', '.join(refs)}.",
            hint=f"Say which, such as {refs[0]}.",
            matches=list(refs),
        )


class GuestOrder(NotFound):
    """An order that belongs to nobody."""

    def __init__(self, ref: str) -> None:
        super().__init__(
            f"Order {ref} is a guest's: no contact belongs to it.",
            hint="Look for the person with ecrm contact find WORDS.",
        )


class UnknownArticle(NotFound):
    """A line with an article that was never sold here."""

    def __init__(self, sku: str, like: Sequence[str]) -> None:
        built = NotFound.named("product", sku, like)
        hint = f"{built.hint} Add --new-product if it is a new one.".strip()
        super().__init__(built.message, hint=hint, matches=built.matches)


class NoPrice(DataError):
    """A line without a price for an article without one."""

    def __init__(self, sku: str, currency: str) -> None:
        super().__init__(
            f"{sku} has no price in {currency}.", hint=f'Write it: --line "{sku} x 1 @ 3.50".'
        )


class NothingBack(DataError):
    """A refund of nothing."""

    def __init__(self) -> None:
        super().__init__("A refund gives something back.", hint="Give an amount above 0.")


class MoreThanPaid(DataError):
    """A refund of more than is left of an order."""

    def __init__(self, ref: str, currency: str, total: Decimal, refunded: Decimal) -> None:
        back = f", of which {refunded:.2f} went back already" if refunded else ""
        super().__init__(
            f"Order {ref} was {total:.2f} {currency}{back}.",
            hint=f"At most {max(total - refunded, Decimal()):.2f} can be given back.",
        )


class BeforeTheOrder(DataError):
    """A refund older than its order."""

    def __init__(self, ref: str, ordered: date) -> None:
        super().__init__(
            f"Order {ref} is of {ordered:%Y-%m-%d}; nothing can be given back before that.",
            hint="Leave --at out for now, or give a later day.",
        )


def amount(text: str) -> Decimal:
    """Read money or a quantity: plain digits, at most four decimals. Raises BadAmount."""
    if not _AMOUNT.fullmatch(text.strip()):
        raise BadAmount(text)
    return Decimal(text.strip())


def line(text: str) -> Line:
    """Read ``SKU x 2 @ 3.50``; without ``x`` it is one, without ``@`` the product's price.

    Raises BadLine, BadAmount.
    """
    found = _LINE.fullmatch(text.strip())
    if found is None:
        raise BadLine(text)
    quantity = amount(found["quantity"] or "1")
    if not quantity:
        raise BadLine(text)
    return Line(found["sku"], quantity, amount(found["price"]) if found["price"] else None)


def currency(code: str) -> str:
    """Return a currency's code in capitals; raises UnknownCurrency."""
    if code.upper() not in CURRENCIES:
        raise UnknownCurrency(code)
    return code.upper()


def status(word: str | None) -> str | None:
    """Return the status that a list is narrowed to; raises UnknownStatus."""
    if word is not None and word not in STATUSES:
        raise UnknownStatus(word)
    return word


def times(quantity: Decimal, price: Decimal) -> Decimal:
    """Return quantity x price to four decimals, halves away from zero. Raises TooLarge."""
    return within((quantity * price).quantize(CENT, ROUND_HALF_UP))


def within(sum_of: Decimal) -> Decimal:
    """Return the amount if the book can hold it; raises TooLarge."""
    if sum_of >= LIMIT:
        raise TooLarge(sum_of)
    return sum_of
