"""config.yaml as settings; config.example.yaml names every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from babel import Locale
from babel.numbers import get_territory_currencies

from ecrm_cli.core.codes import COUNTRIES, CURRENCIES, LANGUAGES
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.secrets import LiteralSecret
from ecrm_cli.core.settings import Sections, Settings, read_settings
from ecrm_cli.core.workspace import Workspace, shipped
from ecrm_cli.core.yamlfile import read


def settings_from(folder: Path, text: str) -> Settings:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return read_settings(Workspace(folder))


def complaint(folder: Path, text: str) -> DataError:
    with pytest.raises(DataError) as caught:
        settings_from(folder, text)
    return caught.value


def keys_of(kind: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for field in msgspec.structs.fields(kind):
        path = (*above, field.encode_name)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from keys_of(field.type, path)
        else:
            yield path


def test_the_example_holds_every_setting_and_each_is_the_default() -> None:
    example = read(shipped("config.example.yaml"))
    assert set(keys_of(Sections)) - set(example.lines) == set()
    assert example.typed(Sections) == Sections()


def test_every_block_of_the_example_is_explained() -> None:
    lines = shipped("config.example.yaml").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith(("business:", "mail:", "pace:", "links:", "consent:", "loyalty:")):
            assert lines[number + 1].lstrip().startswith("#"), line


def test_the_settings_of_the_design_are_read(tmp_path: Path) -> None:
    found = settings_from(
        tmp_path,
        """
business: {name: Corner Coffee, postal_address: "1 Main St, Novi Sad", country: RS,
  timezone: Europe/Belgrade, currency: RSD, languages: [sr-Latn, en, ru, ar], color: "#7a3b1d"}
mail:
  transport: smtp
  smtp: {host: mail.example, port: 465, security: tls, user: shop, password: "${SMTP_PASSWORD}"}
  from: "Corner Coffee <hello@coffee.example>"
pace: {per_second: 2.5, connections: 1}
links: {base_url: "https://coffee.example/e"}
consent: {topics: [offers, wine-club]}
loyalty: {points: {per: 100 RSD, earn: 1, value: 3 RSD, rounding: down}}
""",
    )
    assert found.business.languages == ("sr-Latn", "en", "ru", "ar")
    assert str(found.business.zone) == "Europe/Belgrade"
    assert (found.mail.smtp.port, found.mail.smtp.timeout) == (465, 30)
    assert found.mail.sender == "Corner Coffee <hello@coffee.example>"
    assert found.pace.per_second == 2.5
    assert found.consent.topics == ("offers", "wine-club")
    points = found.loyalty.points
    assert (points.per, points.earn, points.value, points.rounding) == (
        "100 RSD", 1, "3 RSD", "down",
    )  # fmt: skip
    assert found.secret("${SMTP_PASSWORD}", {"SMTP_PASSWORD": "s3"}) == "s3"


def test_settings_cannot_be_changed_in_place(tmp_path: Path) -> None:
    found = settings_from(tmp_path, "")
    with pytest.raises(AttributeError):
        found.business.name = "Other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "line", "key", "hint"),
    [
        ("business:\n  timezone: Europe/Belgrad", 2, "business.timezone", "Europe/Belgrade"),
        ("business:\n  timezone: New York", 2, "business.timezone", "America/New_York"),
        ("business:\n  timezone: ../../etc/passwd", 2, "business.timezone", "Europe/Belgrade"),
        ("business:\n  country: Serbia", 2, "business.country", "Did you mean RS?"),
        ("business:\n  country: UK", 2, "business.country", "Did you mean GB?"),
        ("business:\n  country: rs", 2, "business.country", "Did you mean RS?"),
        ("business:\n  currency: rsd", 2, "business.currency", "Did you mean RSD?"),
        ("business:\n  currency: BTC", 2, "business.currency", "three letters"),
        ("business:\n  languages:\n  - en\n  - sr_latn", 4, "business.languages[1]", "sr-Latn"),
        ("business:\n  languages: [jp]", 2, "business.languages[0]", "tag such as"),
        ("business:\n  languages: []", 2, "business.languages", ""),
        ("business:\n  color: red", 2, "business.color", "#7a3b1d"),
        ("business:\n  nmae: x", 2, "business.nmae", "name"),
        ("business:\n  name: ''", 2, "business.name", ""),
        ("mail:\n  transport: sendmail", 2, "mail.transport", "folder or smtp"),
        ("mail:\n  from: hello", 2, "mail.from", "hello@shop.example"),
        ("mail:\n  smtp:\n    port: 0", 3, "mail.smtp.port", ""),
        ("mail:\n  smtp:\n    security: ssl", 3, "mail.smtp.security", "starttls"),
        ("pace:\n  per_second: 0", 2, "pace.per_second", ""),
        ("links:\n  base_url: coffee.example", 2, "links.base_url", "http"),
        ("links:\n  base_url: ftp://coffee.example", 2, "links.base_url", "http"),
        ("links:\n  base_url: javascript:alert(1)", 2, "links.base_url", "http"),
        ("consent:\n  topics:\n  - news\n  - service", 4, "consent.topics[1]", "no consent"),
        ("consent:\n  topics: [all]", 2, "consent.topics[0]", "every topic"),
        ("consent:\n  topics: [news, news]", 2, "consent.topics[1]", "Remove"),
        ("consent:\n  topics: [Best Offers]", 2, "consent.topics[0]", "small letters"),
        ("consent:\n  topics: []", 2, "consent.topics", ""),
    ],
)
def test_a_bad_setting_names_its_line_and_key(
    tmp_path: Path, text: str, line: int, key: str, hint: str
) -> None:
    error = complaint(tmp_path, text)
    assert error.code == 3
    assert (error.place.file, error.place.line, error.place.key) == (
        str(tmp_path / "config.yaml"),
        line,
        key,
    )
    assert hint in error.hint


def test_a_sender_may_not_smuggle_another_header(tmp_path: Path) -> None:
    error = complaint(tmp_path, 'mail:\n  from: "Shop\\nBcc: x <a@b.example>"')
    assert error.place.key == "mail.from"


@pytest.mark.parametrize("password", ["hunter2", "", "$SMTP", "${SMTP}x", "file: x", "keyring"])
def test_a_password_in_the_file_is_refused_with_its_line_and_not_repeated(
    tmp_path: Path, password: str
) -> None:
    error = complaint(tmp_path, f"mail:\n  smtp:\n    user: shop\n    password: {password!r}")
    assert isinstance(error, LiteralSecret)
    assert (error.place.line, error.place.key) == (4, "mail.smtp.password")
    assert "keyring:NAME" in error.hint
    assert "hunter2" not in f"{error.message} {error.hint}"


def test_a_numeric_password_is_not_repeated_either(tmp_path: Path) -> None:
    error = complaint(tmp_path, "mail:\n  smtp:\n    password: 998877")
    assert "998877" not in f"{error.message} {error.hint}"


def test_the_codes_are_those_that_babel_knows() -> None:
    english = Locale("en")
    assert set(english.territories) >= COUNTRIES
    assert len(COUNTRIES) == 250
    assert set(english.languages) >= LANGUAGES
    assert set(english.currencies) >= CURRENCIES
    assert {"AC", "EU", "UN", "ZZ"} & COUNTRIES == set()


def test_no_country_has_a_currency_that_is_refused() -> None:
    paid: set[str] = set()
    for country in COUNTRIES - {"AQ"}:
        paid |= set(get_territory_currencies(country))
    assert paid - CURRENCIES == set()
