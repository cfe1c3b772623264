"""An amount with its currency, as an owner writes it in a setting: ``100 RSD``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ecrm_cli.core.codes import CURRENCIES

_MONEY = re.compile(r"([0-9]{1,10}(?:\.[0-9]{1,4})?) ?([A-Za-z]{3})")


@dataclass(frozen=True)
class Money:
    """An exact amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def read_money(words: str) -> Money | None:
    """Read ``100 RSD`` or ``0.03 EUR``: above nothing, at most four decimals; else None."""
    found = _MONEY.fullmatch(words.strip())
    if found is None or found[2].upper() not in CURRENCIES or not Decimal(found[1]):
        return None
    return Money(Decimal(found[1]), found[2].upper())
