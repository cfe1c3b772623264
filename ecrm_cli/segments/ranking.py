"""``top: 10%``: the first of those above zero, in the order of a number that rooms know."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ecrm_cli.core.yamlfile import Document
from ecrm_cli.segments.complaints import (
    BadOperand,
    MissingArgument,
    UnknownOperator,
    UnknownWord,
)
from ecrm_cli.segments.conditions import CURRENCY, catalogue
from ecrm_cli.segments.model import Leaf
from ecrm_cli.segments.operators import PERIOD, Compared, Written
from ecrm_cli.segments.wording import Path, Wording, described, written_at

TOP, BY = "top", "by"
ABOUT = "The first N % of those above zero by a number; who is equal to the last is in too."
EXAMPLE = "{top: 10%, by: orders.total, within: 365d}"
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")


def numbers() -> list[str]:
    """Return the conditions that people can be put in order by."""
    return [name for name, found in catalogue().items() if found.takes in ("number", "money")]


def words() -> list[str]:
    """Return every word that may stand beside top."""
    return [BY, *PERIOD, CURRENCY]


def read_ranking(document: Document, path: Path, data: dict[str, Any]) -> Leaf:
    """Read the block at ``path``: top, by, and what narrows it. Raises BadRule."""
    share = _share(document, (*path, TOP))
    field = _field(document, path, data)
    condition = catalogue()[field]
    known = [argument.name for argument in condition.arguments]
    known += [word for word in PERIOD if condition.has_period]
    known += [CURRENCY] if condition.in_money else []
    rest = {word: (word,) for word in data if word not in (TOP, BY)}
    for word in rest:
        if word not in known:
            raise UnknownOperator(TOP, word, [BY, *known], document.place(*path, word))
    tests = (Compared("share_top", (("value", share),)),)
    leaf = Wording(document, path, field).leaf(rest, data, tests)
    return replace(leaf, field=TOP, ranked=True)


def _share(document: Document, path: Path) -> str:
    written = written_at(document, path)
    found = _SHARE.fullmatch(written.raw.strip())
    if found is None or not 0 < Decimal(found[1]) <= 100:
        raise _bad(document, path, TOP, "a share of 100 % at most, as 10%", written)
    return found[1]


def _field(document: Document, path: Path, data: dict[str, Any]) -> str:
    place = document.place(*path)
    if BY not in data:
        raise MissingArgument(TOP, BY, EXAMPLE, place)
    written = written_at(document, (*path, BY))
    if not isinstance(written.value, str):
        raise _bad(document, (*path, BY), f"{TOP}: {BY}", "a condition, as orders.total", written)
    if written.value not in numbers():
        raise UnknownWord(BY, written.value, numbers(), document.place(*path, BY))
    return written.value


def _bad(document: Document, path: Path, key: str, wanted: str, written: Written) -> BadOperand:
    return BadOperand(key, wanted, described(written.value), document.place(*path))
