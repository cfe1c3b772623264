"""The points programme, asked, and reckoned over last year's orders before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ecrm_cli.core.app import App
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.formats import shown
from ecrm_cli.core.money import read_money
from ecrm_cli.loyalty.model import counted, many
from ecrm_cli.loyalty.programme import programme_of
from ecrm_cli.loyalty.settling import forecast
from ecrm_cli.upkeep.config import changed_settings, check_value
from ecrm_cli.upkeep.questions import Answers, Question, answer, complaint, put

PER = Question("loyalty.points.per", "Customers get points for every:", "--per")
EARN = Question("loyalty.points.earn", "How many points for it:", "--earn")
VALUE = Question("loyalty.points.value", "One point is worth:", "--value")
ROUNDING = "loyalty.points.rounding"
YEAR = timedelta(days=365)
# Where a coffee costs hundreds, points are given for hundreds.
SMALL_UNITS = frozenset(
    {"ALL", "AMD", "CLP", "COP", "HUF", "IDR", "IQD", "ISK", "JPY", "KRW", "RSD", "RUB", "VND"}
)


def ask_points(ask: Ask, given: Mapping[str, str | None], now: Mapping[str, Any]) -> Answers:
    """Ask for the programme; ``given`` and ``now`` map keys to flags and to what is set.

    Without answers a point is given so that about 3 % come back. Raises DataError, NotAllowed.
    """
    currency = now["business.currency"]
    much, little = ("100", "3") if currency in SMALL_UNITS else ("1", "0.03")
    answers: Answers = {PER.key: put(ask, PER, given, now[PER.key] or f"{much} {currency}")}
    answers[EARN.key] = put(ask, EARN, given, now[EARN.key])
    suggested = now[VALUE.key] or f"{little} {currency}"
    answers[VALUE.key] = _value(ask, given.get(VALUE.key), suggested, answers[PER.key])
    kinds = ["down", "up", "nearest"]
    answers[ROUNDING] = given.get(ROUNDING) or ask.choose(
        "Points of an order are rounded", "--rounding", kinds, default=now[ROUNDING]
    )
    check_value(ROUNDING, answers[ROUNDING])
    return answers


def _value(ask: Ask, given: str | None, suggested: str, per: str) -> Any:
    if given is not None:
        return answer(VALUE, given)

    def check(text: str) -> str | None:
        wanted, said = read_money(per), read_money(text)
        if wanted and said and wanted.currency != said.currency:
            return f"Points are earned in {wanted.currency}: write their worth in it too."
        return complaint(VALUE)(text)

    return answer(VALUE, ask.text(VALUE.words, VALUE.flag, default=suggested, check=check))


def reckoned(door: App, answers: Answers) -> str:
    """Say what the programme would have cost last year. Raises DataError when it is half made."""
    programme = programme_of(changed_settings(door.workspace, answers))
    if not door.workspace.database.exists():
        return "There is no book yet to reckon with."
    with door.reading() as store:
        found = forecast(store, door.now, programme, door.now - YEAR)
    if not found["orders"]:
        return f"No orders in {programme.currency} in the last 365 days to reckon with."
    share = found["worth"] * 100 / found["bought"] if found["bought"] else Decimal()
    money = programme.currency
    return (
        f"In the last 365 days {many(found['customers'], 'customer')} bought for "
        f"{shown(found['bought'])} {money}: that is {counted(int(found['points']))}, worth "
        f"{shown(found['worth'])} {money}, {share.quantize(Decimal('0.1'))} % of it."
    )
