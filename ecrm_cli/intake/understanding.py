"""Texts that the engine cannot settle, asked of the libraries: once for each different text."""

from __future__ import annotations

from collections.abc import Callable

from ecrm_cli.contacts.model import (
    PLAIN_EMAIL,
    PLAIN_PHONE,
    BadEmail,
    BadPhone,
    normal_email,
    normal_phone,
)
from ecrm_cli.core.calendar import is_zone
from ecrm_cli.core.codes import CURRENCIES
from ecrm_cli.core.formats import as_line
from ecrm_cli.core.locale import country_code
from ecrm_cli.core.store import Row, Store

SEPARATORS = r"[\s().\-/\x{00a0}]+"
Answer = tuple[str | None, str | None]


def settle(store: Store, country: str | None) -> None:
    """Fill the table ``understood``: kind, raw, region, value or the reason why not.

    ``country`` is the workspace's; a line's own country comes first for its phone.
    """
    store.run("intake.create_understood")
    _learn(store, "country", store.rows("intake.countries"), _country)
    _learn(store, "zone", store.rows("intake.zones"), _zone)
    _learn(store, "email", store.rows("intake.odd_emails", plain=PLAIN_EMAIL), _email)
    phones = store.rows(
        "intake.odd_phones", plain=PLAIN_PHONE, separators=SEPARATORS, country=country
    )
    _learn(store, "phone", phones, _phone)


def odd_currencies(store: Store) -> list[str]:
    """Return what stands in the currency column and is no currency, of today or of the past."""
    staged = [row["raw"] for row in store.rows("intake.staged_currencies")]
    odd = [raw for raw in staged if raw.upper() not in CURRENCIES]
    if not odd:
        return []
    from babel.core import get_global

    past = get_global("all_currencies")
    return [raw for raw in odd if raw.upper() not in past]


def _learn(store: Store, kind: str, texts: list[Row], ask: Callable[[Row], Answer]) -> None:
    if not texts:
        return
    answers = [ask(row) for row in texts]
    store.run(
        "intake.add_understood",
        kind=kind,
        raws=as_line([row["raw"] for row in texts]),
        regions=as_line([row["region"] for row in texts]),
        values=as_line([value for value, _reason in answers]),
        reasons=as_line([reason for _value, reason in answers]),
    )


def _country(row: Row) -> Answer:
    return country_code(row["raw"]), None


def _zone(row: Row) -> Answer:
    return row["raw"] if is_zone(row["raw"]) else None, None


def _email(row: Row) -> Answer:
    try:
        return normal_email(row["raw"]), None
    except BadEmail as error:
        return None, f"this is not an e-mail address: {error.why}"


def _phone(row: Row) -> Answer:
    try:
        return normal_phone(row["raw"], row["region"] or None), None
    except BadPhone as error:
        return None, f"this is not a phone number: {error.why}"
