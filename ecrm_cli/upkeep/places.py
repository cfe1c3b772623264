"""What a country suggests: its time zone, its money, its language."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ecrm_cli.core.codes import COUNTRIES, LANGUAGES


def country_named(text: str) -> str:
    """Return the code of a country given by its code or its name; else ``text``."""
    from ecrm_cli.core.locale import country_code

    if text.strip().upper() in COUNTRIES:
        return text.strip().upper()
    code = country_code(text)
    return code if code in COUNTRIES else text


def zone_of(country: str | None) -> str:
    """Return the country's zone when all of it keeps the same time, else UTC."""
    from babel.core import get_global

    zones: list[str] = get_global("territory_zones").get(country, []) if country else []
    return zones[0] if zones and len({_offsets(zone) for zone in zones}) == 1 else "UTC"


def _offsets(zone: str) -> tuple[object, ...]:
    """Return the zone's distance from UTC in winter and in summer."""
    days = [datetime(2026, month, 15, tzinfo=UTC) for month in (1, 7)]
    return tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for day in days)


def currency_of(country: str | None) -> str:
    """Return what is paid with in the country, EUR where it is unknown."""
    from babel.numbers import get_territory_currencies

    paid: list[str] = get_territory_currencies(country) if country else []
    return paid[0] if paid else "EUR"


def language_of(country: str | None) -> str:
    """Return the tag of the country's first official language, en where there is none."""
    from babel.languages import get_official_languages

    spoken = get_official_languages(country) if country else ()
    tag = spoken[0].replace("_", "-") if spoken else "en"
    return tag if tag.partition("-")[0] in LANGUAGES else "en"
