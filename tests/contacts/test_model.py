"""The rules of addresses and names, without a store."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ecrm_cli.contacts.model import (
    BadEmail,
    BadPhone,
    normal_email,
    normal_phone,
)

LOCAL = some.from_regex(r"[a-z0-9_+-]{1,10}(\.[a-z0-9_+-]{1,10}){0,2}", fullmatch=True)
LABEL = some.from_regex(r"[a-z0-9]([a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
ADDRESS = some.builds("{}@{}.{}".format, LOCAL, LABEL, some.sampled_from(("org", "rs", "museum")))
# Shapes of numbers that exist in Serbia.
NUMBER = some.from_regex(r"6[0-6][1-9][0-9]{6}", fullmatch=True)


@settings(derandomize=True, deadline=None)
@given(ADDRESS)
def test_a_plain_address_is_its_lower_case_in_whatever_case_it_was_written(address: str) -> None:
    assert normal_email(f"  {address.upper()} ") == address == normal_email(address)


@settings(derandomize=True, deadline=None)
@given(some.text(max_size=40))
def test_any_text_is_an_address_or_is_refused_with_a_reason(text: str) -> None:
    try:
        found = normal_email(text)
    except BadEmail:
        return
    assert "@" in found
    assert normal_email(found) == found


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Ana.Petrović@example.org", "ana.petrović@example.org"),
        ("info@Bücher.example.org", "info@xn--bcher-kva.example.org"),
        ("info@xn--bcher-kva.example.org", "info@xn--bcher-kva.example.org"),
        ("'ana@example.org", "ana@example.org"),
    ],
)
def test_an_address_is_written_as_mail_servers_want_it(written: str, address: str) -> None:
    assert normal_email(written) == address


@pytest.mark.parametrize(
    "text",
    ["", "ana", "ana@", "@example.org", "ana@example", "ana@@example.org", "a b@example.org",
     "ana@-example.org", "ana..b@example.org", "Ana <ana@example.org>", "x" * 65 + "@example.org"],
)  # fmt: skip
def test_what_no_mail_can_reach_is_no_address(text: str) -> None:
    with pytest.raises(BadEmail, match="is not an e-mail address"):
        normal_email(text)


@settings(derandomize=True, deadline=None)
@given(NUMBER, some.sampled_from((" ", "-", "/", ".", "\u00a0", "")))
def test_national_and_international_writing_are_one_number(number: str, sign: str) -> None:
    spaced = sign.join((number[:2], number[2:5], number[5:]))
    forms = (
        f"0{spaced}",
        f"+381{sign}{spaced}",
        f"00381{sign}{spaced}",
        f"(0{number[:2]}) {number[2:]}",
    )
    assert {normal_phone(form, "RS") for form in forms} == {f"+381{number}"}


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("tel:+1-212-555-1234", None, "+12125551234"),
        ("(212) 555-1234", "US", "+12125551234"),
        ("+381 64 123 4567", "US", "+381641234567"),
        ("'+49 30 901820", "RS", "+4930901820"),
        ("\u202a+381 64 1234567\u202c", None, "+381641234567"),
    ],
)
def test_a_prefix_says_more_than_the_country(
    written: str, country: str | None, number: str
) -> None:
    assert normal_phone(written, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [("0641234567", None), ("12", "RS"), ("call me", "RS"), ("", "RS"), ("+999123", None)],
)
def test_what_cannot_be_dialled_is_no_number(text: str, country: str | None) -> None:
    with pytest.raises(BadPhone, match="is not a phone number"):
        normal_phone(text, country)
