"""The flags that answer the questions about a business; shared by init and setup."""

from typing import Annotated

import typer

from ecrm_cli.upkeep.questions import COUNTRY, CURRENCY, LANGUAGES, NAME, ZONE

NameFlag = Annotated[str | None, typer.Option("--name", help="The name customers know.")]
CountryFlag = Annotated[str | None, typer.Option("--country", help="A name, or two letters.")]
TimezoneFlag = Annotated[str | None, typer.Option("--timezone", help="Such as Europe/Belgrade.")]
CurrencyFlag = Annotated[str | None, typer.Option("--currency", help="Three letters.")]
LanguagesFlag = Annotated[str | None, typer.Option("--languages", help="Such as sr-Latn,en.")]
FromFlag = Annotated[
    str | None, typer.Option("--from", help='Such as "Shop <hello@shop.example>".')
]
YesFlag = Annotated[bool, typer.Option("-y", "--yes", help="Take the defaults; ask nothing.")]
ShowFlag = Annotated[bool, typer.Option("--show", help="Only show what is set.")]


def business_given(
    name: str | None,
    country: str | None,
    timezone: str | None,
    currency: str | None,
    languages: str | None,
) -> dict[str, str | None]:
    """Return what the flags said, by the settings' keys."""
    return {
        NAME.key: name,
        COUNTRY.key: country,
        ZONE.key: timezone,
        CURRENCY.key: currency,
        LANGUAGES.key: languages,
    }
