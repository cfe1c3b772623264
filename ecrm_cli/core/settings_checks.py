"""What types cannot tell of config.yaml: zones, codes, addresses; each complaint with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ecrm_cli.core import settings_cases_checks
from ecrm_cli.core.codes import COUNTRIES, CURRENCIES, LANGUAGES
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.money import Money, read_money
from ecrm_cli.core.secrets import LiteralSecret, is_reference
from ecrm_cli.core.settings_faults import BadSetting, bad
from ecrm_cli.core.yamlfile import Document

if TYPE_CHECKING:
    from ecrm_cli.core.settings import Business, Points, Sections

_TAG = re.compile(r"([a-z]{2,3})(-[A-Z][a-z]{3})?(-(?:[A-Z]{2}|[0-9]{3}))?")
_TOPIC = re.compile(r"[a-z][a-z0-9_-]*")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_SENDER = re.compile(r"(?:[^<>\r\n]*<)?[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,.]+>?")
_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")

# The largest order there can be must not earn more than a BIGINT holds.
MOST_POINTS = 10_000

# Words that mean something else where a topic's name stands.
_NO_TOPICS = {
    "service": "Mail about an order or a case needs no consent and carries no offer.",
    "all": "It stands for every topic.",
}


def problems(document: Document, sections: Sections) -> Iterator[DataError]:
    """Yield everything that is wrong with the settings, in the order of the sections."""
    yield from _business(document, sections.business)
    mail = sections.mail
    if mail.sender is not None and not _SENDER.fullmatch(mail.sender):
        yield bad(
            document,
            "mail.from",
            f"{mail.sender!r} is no sender.",
            'Write "Shop <hello@shop.example>".',
        )
    if mail.smtp.password is not None and not is_reference(mail.smtp.password):
        yield LiteralSecret(document.place("mail", "smtp", "password"))
    url = sections.links.base_url
    if url is not None and not _URL.fullmatch(url):
        yield bad(
            document,
            "links.base_url",
            f"{url!r} is no web address.",
            'Write it with http:// or https://, such as "https://shop.example/e".',
        )
    yield from _topics(document, sections.consent.topics)
    yield from _points(document, sections.loyalty.points)
    yield from settings_cases_checks.problems(document, sections)


def _points(document: Document, points: Points) -> Iterator[DataError]:
    for key, given in (("per", points.per), ("value", points.value)):
        if given is not None and read_money(given) is None:
            yield bad(
                document,
                f"loyalty.points.{key}",
                f"{given!r} is no amount of money.",
                "Write it with its currency, such as 100 RSD or 0.03 EUR.",
            )


def programme_problems(document: Document, points: Points) -> Iterator[DataError]:
    """Yield what the parts of a points programme lack or contradict, each being right by itself.

    Kept apart from ``problems``: the rest of the program goes on while a programme is half made.
    """
    if (points.per is None) != (points.value is None):
        key = "value" if points.value is None else "per"
        yield bad(
            document,
            f"loyalty.points.{key}",
            f"A points programme needs loyalty.points.{key}.",
            "Write an amount, such as 3 RSD, or run ecrm setup loyalty.",
        )
        return
    per, value = _money(points.per), _money(points.value)
    if per and value and per.currency != value.currency:
        yield bad(
            document,
            "loyalty.points.value",
            f"Points are earned in {per.currency} and worth {value.currency}.",
            "Write both in one currency.",
        )
    if per and points.earn > per.amount * MOST_POINTS:
        yield bad(
            document,
            "loyalty.points.earn",
            f"{points.earn} points for {per} are too many to count.",
            f"At most {MOST_POINTS} for each unit of the currency.",
        )


def _money(given: str | None) -> Money | None:
    return read_money(given) if given is not None else None


def _business(document: Document, business: Business) -> Iterator[DataError]:
    if business.country is not None and business.country not in COUNTRIES:
        yield _country(document, business.country)
    yield from _zone(document, business.timezone)
    if business.currency not in CURRENCIES:
        upper = business.currency.upper()
        near = [upper] if upper in CURRENCIES else []
        yield bad(
            document,
            "business.currency",
            f"{business.currency!r} is no currency.",
            "Write its three letters, such as RSD, EUR, EGP." + _mean(near),
            near,
        )
    for index, tag in enumerate(business.languages):
        found = _TAG.fullmatch(tag)
        if found is None or (len(found[1]) == 2 and found[1] not in LANGUAGES):
            yield bad(
                document,
                f"business.languages.{index}",
                f"{tag!r} is no language.",
                "Write a tag such as sr-Latn, en, ru, ar." + _mean(_tags_like(tag)),
            )
    if business.color is not None and not _COLOR.fullmatch(business.color):
        yield bad(
            document,
            "business.color",
            f"{business.color!r} is no colour.",
            'Write it as "#7a3b1d".',
        )


def _mean(near: list[str]) -> str:
    return f" Did you mean {' or '.join(near)}?" if near else ""


def _country(document: Document, given: str) -> BadSetting:
    near = countries_like(given)
    return bad(
        document,
        "business.country",
        f"{given!r} is no country.",
        "Write its two letters, such as RS, NO, EG." + _mean(near),
        near,
    )


def countries_like(given: str) -> list[str]:
    """Return the codes of the countries that ``given`` may mean: RS of Serbia, GB of UK."""
    from babel import Locale

    from ecrm_cli.core.locale import country_code

    if code := country_code(given):
        return [code]
    names = {
        name.casefold(): code
        for code, name in Locale("en").territories.items()
        if code in COUNTRIES
    }
    return [names[name] for name in get_close_matches(given.casefold(), names, n=2, cutoff=0.75)]


def _tags_like(given: str) -> list[str]:
    """Return the tag that ``given`` means, when only its writing is wrong."""
    words = given.replace("_", "-").split("-")
    cased = [words[0].lower()] + [
        word.title() if len(word) == 4 else word.upper() for word in words[1:]
    ]
    tag = "-".join(cased)
    found = _TAG.fullmatch(tag)
    return [tag] if found and tag != given and found[1] in LANGUAGES else []


def _zone(document: Document, given: str) -> Iterator[DataError]:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(given)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
    else:
        return
    if not known:
        yield bad(
            document,
            "business.timezone",
            "This machine has no list of time zones.",
            "Install the system's package tzdata, or: pip install tzdata",
        )
        return
    near = zones_like(given, known)
    yield bad(
        document,
        "business.timezone",
        f"{given!r} is no time zone.",
        _mean(near).strip() or "Write it as Europe/Belgrade.",
        near,
    )


def zones_like(given: str, known: set[str]) -> list[str]:
    """Return the zones that ``given`` may mean, by their full names or their cities."""
    names = {name.casefold(): name for name in known}
    cities = {name.rpartition("/")[2].casefold(): name for name in sorted(known) if "/" in name}
    wanted = given.strip().replace(" ", "_").casefold()
    near = get_close_matches(wanted, names, n=2, cutoff=0.7)
    towns = get_close_matches(wanted.rpartition("/")[2], cities, n=2, cutoff=0.8)
    return list(dict.fromkeys([*(names[name] for name in near), *(cities[town] for town in towns)]))


def _topics(document: Document, topics: tuple[str, ...]) -> Iterator[DataError]:
    for index, topic in enumerate(topics):
        key = f"consent.topics.{index}"
        if topic in _NO_TOPICS:
            yield bad(document, key, f"A topic may not be called {topic!r}.", _NO_TOPICS[topic])
        elif not _TOPIC.fullmatch(topic):
            yield bad(
                document,
                key,
                f"{topic!r} is no name for a topic.",
                "Use small letters, digits and -.",
            )
        elif topic in topics[:index]:
            yield bad(document, key, f"The topic {topic!r} stands twice.", "Remove one of them.")
