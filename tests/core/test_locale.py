"""Languages and countries."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest
from babel import Locale

from ecrm_cli.core.codes import COUNTRIES
from ecrm_cli.core.locale import (
    ALIASES,
    READ,
    country_code,
    country_name,
    day_words,
    direction,
    fallbacks,
    money,
    plural,
    tidy_tag,
)


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("en", "EUR", "€1,234.50"),
        ("de", "EUR", "1.234,50\xa0€"),
        ("ru", "RUB", "1\xa0234,50\xa0₽"),
        ("sr-Latn", "EUR", "1.234,50\xa0€"),
        ("sr", "RSD", "1.234\xa0RSD"),
        ("ar", "EGP", "\u200f1,234.50\xa0ج.م.\u200f"),
        ("tlh", "EUR", "€1,234.50"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, currency: str, written: str) -> None:
    assert money(Decimal("1234.5"), currency, language) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "March 1, 2026"),
        ("de", "1. März 2026"),
        ("ru", "1 марта 2026\u202fг."),
        ("sr", "1. mart 2026."),
        ("sr-Cyrl", "1. март 2026."),
        ("sr-Latn-RS", "1. mart 2026."),
        ("pt-BR", "1 de março de 2026"),
    ],
)
def test_a_day_is_written_out_in_the_language(language: str, written: str) -> None:
    assert day_words(date(2026, 3, 1), language) == written


ORDERS_RU = {"one": "{n} заказ", "few": "{n} заказа", "many": "{n} заказов", "other": "{n} заказа"}


def test_plurals_follow_the_language() -> None:
    english = {"one": "{n} order", "other": "{n} orders"}
    assert [plural(n, english) for n in (0, 1, 2)] == ["0 orders", "1 order", "2 orders"]
    assert [plural(n, ORDERS_RU, "ru") for n in (1, 3, 11, 21)] == [
        "1 заказ",
        "3 заказа",
        "11 заказов",
        "21 заказ",
    ]


def test_a_form_that_was_left_out_is_the_other_form() -> None:
    assert plural(0, {"other": "{n} طلب"}, "ar") == "0 طلب"


@pytest.mark.parametrize("language", ["ar", "ar-EG", "he", "fa", "ur", "AR_eg"])
def test_some_languages_run_from_right_to_left(language: str) -> None:
    assert direction(language) == "rtl"


def test_the_direction_is_babels() -> None:
    for language in ("en", "ru", "sr", "de", "fr", "es", "ar", "he", "fa", "ur", "ps", "yi"):
        order = Locale.parse(language).character_order
        assert direction(language) == ("rtl" if order == "right-to-left" else "ltr")


@pytest.mark.parametrize(
    ("language", "chain"),
    [
        ("sr-Cyrl", ["sr-Cyrl", "sr-Latn", "sr", "en"]),
        ("sr-Latn", ["sr-Latn", "sr", "en"]),
        ("sr", ["sr-Latn", "sr", "en"]),
        ("sr-RS", ["sr-Latn", "sr", "en"]),
        ("sr_Cyrl_RS", ["sr-Cyrl", "sr-Latn", "sr", "en"]),
        ("ru", ["ru", "en"]),
        ("pt-BR", ["pt-BR", "pt", "en"]),
        ("en", ["en"]),
    ],
)
def test_a_language_falls_back_to_what_its_readers_read(language: str, chain: list[str]) -> None:
    assert fallbacks(language, "en") == chain


def test_a_business_that_writes_cyrillic_is_read_in_cyrillic_first() -> None:
    assert fallbacks("sr", "ru", script="Cyrl") == ["sr-Cyrl", "sr-Latn", "sr", "ru"]
    assert fallbacks("sr-Latn", "ru", script="Cyrl") == ["sr-Latn", "sr", "ru"]


def test_tags_are_written_one_way() -> None:
    assert [tidy_tag(tag) for tag in ("SR_cyrl", "pt_br", "EN")] == ["sr-Cyrl", "pt-BR", "en"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("United Kingdom", "GB"),
        ("  united   KINGDOM ", "GB"),
        ("EIRE", "IE"),
        ("RSA", "ZA"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("gbr", "GB"),
        ("AND", "AD"),
        ("rs", "RS"),
        ("Czech Republic", "CZ"),
        ("Hong Kong", "HK"),
        ("Cote d'Ivoire", "CI"),
        ("Côte d’Ivoire", "CI"),
        ("Trinidad and Tobago", "TT"),
        ("Saint Lucia", "LC"),
        ("The Netherlands", "NL"),
        ("Россия", "RU"),
        ("Российская Федерация", "RU"),
        ("Србија", "RS"),
        ("Srbija", "RS"),
        ("Nemacka", "DE"),
        ("Österreich", "AT"),
        ("Osterreich", "AT"),
        ("Großbritannien", "GB"),
        ("Espagne", "ES"),
        ("España", "ES"),
        ("مصر", "EG"),
        ("المملكة المتحدة", "GB"),
        ("Polska", "PL"),
    ],
)
def test_a_country_is_known_by_its_names(words: str, code: str) -> None:
    assert country_code(words) == code


@pytest.mark.parametrize(
    "words",
    ["Channel Islands", "European Community", "Unspecified", "", "-", "ZZ", "EU", "YU", "Atlantis"],
)
def test_what_names_no_one_country_stays_unknown(words: str) -> None:
    assert country_code(words) is None


@pytest.mark.parametrize("language", READ)
def test_every_countrys_name_leads_back_to_it(language: str) -> None:
    names = {code: country_name(code, language) for code in COUNTRIES}
    assert {code: country_code(name) for code, name in names.items()} == {c: c for c in COUNTRIES}
    assert {country_code(name.upper()) for name in names.values()} == COUNTRIES


def test_a_code_that_is_no_country_is_its_own_name() -> None:
    assert country_name("Q1", "en") == "Q1"


def test_no_alias_belongs_to_two_countries_or_names_another() -> None:
    table = tomllib.loads(ALIASES.read_text(encoding="utf-8"))
    assert set(table) <= COUNTRIES
    names = [name for names in table.values() for name in names]
    assert len(names) == len(set(names))
    for code, own in table.items():
        assert {country_code(name) for name in own} == {code}
