"""How a language writes money, days and numbers of things; which country a word names.

Languages are BCP 47 tags as in config.yaml: ``en``, ``sr-Latn``, ``ar-EG``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ecrm_cli.core.codes import COUNTRIES

if TYPE_CHECKING:
    from babel import Locale

Script = Literal["Latn", "Cyrl"]

# Languages in which a file may name a country.
READ = ("en", "ru", "sr-Cyrl", "sr-Latn", "ar", "de", "fr", "es")
# Languages written from right to left, by their first part.
RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
ALIASES = Path(__file__).with_name("countries.toml")
# Small words that come and go in names of countries.
_LEFT_OUT = frozenset(("and", "the"))


def money(amount: Decimal, currency: str, language: str) -> str:
    """Write an amount as the language does, with the places the currency has.

    Some currencies are written without places: 1,234.50 RSD becomes 1.234 RSD. That is for
    reading; what is to be added up is printed as it is stored.
    """
    from babel.numbers import format_currency

    return format_currency(amount, currency, locale=_babel(language))


def day_words(day: date, language: str) -> str:
    """Write a day out, such as ``1 March 2026``, in the language's own order."""
    from babel.dates import format_date

    return format_date(day, "long", locale=_babel(language))


def plural(count: int, forms: Mapping[str, str], language: str = "en") -> str:
    """Return the form for ``count`` with ``{n}`` filled in.

    ``forms`` maps CLDR's categories (zero, one, two, few, many, other) to texts; ``other`` stands
    for those left out. English has one and other, Serbian one, few and other, Arabic all six.
    """
    if language == "en":
        category = "one" if count == 1 else "other"
    else:
        category = _babel(language).plural_form(count)
    return forms.get(category, forms["other"]).replace("{n}", str(count))


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Return the direction a language is written in, as HTML's ``dir`` wants it."""
    first = language.replace("_", "-").partition("-")[0].lower()
    return "rtl" if first in RIGHT_TO_LEFT else "ltr"


def fallbacks(language: str, default: str, script: Script = "Latn") -> list[str]:
    """Return the languages to try for somebody's, the best first and ``default`` last.

    Serbian without a script is read in ``script`` (``business.script``); Cyrillic falls back to
    Latin, which every reader of Serbian reads, and Latin never to Cyrillic.
    """
    tag = tidy_tag(language)
    chain = [tag]
    first, _, rest = tag.partition("-")
    if first == "sr":
        cyrillic = "Cyrl" in rest.split("-") or ("Latn" not in rest.split("-") and script == "Cyrl")
        chain = ["sr-Cyrl", "sr-Latn"] if cyrillic else ["sr-Latn"]
    return list(dict.fromkeys([*chain, first, tidy_tag(default)]))


def tidy_tag(language: str) -> str:
    """Write a language tag as BCP 47 does: ``SR_cyrl`` is ``sr-Cyrl``, ``pt_br`` is ``pt-BR``."""
    first, *rest = language.strip().replace("_", "-").split("-")
    sized = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(sized.get(len(part), str.lower)(part) for part in rest)])


def country_code(words: str) -> str | None:
    """Return the ISO 3166-1 code (two letters) of a country, or None where none is named.

    ``words`` is a name in any of the languages of READ, a code of two or three letters, or one of
    the other names in countries.toml. Capitals, accents and dots do not matter.
    """
    bare = words.strip().upper()
    return bare if bare in COUNTRIES else _countries().get(_folded(words))


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language; a code that is none stays as it is."""
    return str(_babel(language).territories.get(code, code))


@cache
def _countries() -> dict[str, str]:
    """Return the codes by folded name: what countries.toml says comes before the tables."""
    return {_folded(name): code for code, name in (*_tables(), *_aliases())}


def _tables() -> Iterator[tuple[str, str]]:
    from babel.core import get_global

    for other, codes in get_global("territory_aliases").items():
        # Codes of three letters; a country that fell apart has several successors.
        if len(other) == 3 and len(codes) == 1 and codes[0] in COUNTRIES:
            yield codes[0], other
    for language in READ:
        for code, name in _babel(language).territories.items():
            if code in COUNTRIES:
                yield code, name


def _aliases() -> Iterator[tuple[str, str]]:
    import tomllib

    for code, names in tomllib.loads(ALIASES.read_text(encoding="utf-8")).items():
        yield from ((code, name) for name in names)


def _folded(name: str) -> str:
    """Return a name without what people write differently: capitals, accents, dots, hyphens."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace(".", "")
    letters = (sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    words = "".join(letters).split()
    # AND alone is Andorra.
    kept = [word for word in words if word not in _LEFT_OUT] or words
    return " ".join("saint" if word == "st" else word for word in kept)


@cache
def _babel(language: str) -> Locale:
    """Return Babel's locale of a language, or of the nearest it knows; English is the last."""
    from babel import Locale, UnknownLocaleError

    for tag in (tidy_tag(language), *fallbacks(language, "en")):
        # Babel's plain sr is Cyrillic; ours is Latin, as shops there write.
        wanted = "sr-Latn" if tag == "sr" else tag
        try:
            return Locale.parse(wanted, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
