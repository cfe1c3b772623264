"""Countries and directions of text, as Babel knows them."""

from __future__ import annotations

from functools import cache

# Languages in which a file may name a country.
LANGUAGES = ("en", "ru", "sr", "sr_Latn", "ar", "de", "fr", "es")

# Names in use that the tables do not have.
ALIASES = {
    "eire": "IE",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "south korea": "KR",
    "russian federation": "RU",
    "macedonia": "MK",
    "bosnia": "BA",
    "uae": "AE",
}


@cache
def _countries() -> dict[str, str]:
    from babel import Locale

    known: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "XA", "XB", "EU", "UN"):
                known.setdefault(name.casefold(), code)
                known.setdefault(code.casefold(), code)
    return known | ALIASES


def country_code(words: str) -> str | None:
    """Return the ISO 3166-1 code of a country named in any of the languages, or None."""
    return _countries().get(" ".join(words.split()).casefold())
