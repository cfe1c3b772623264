"""Header lines: whatever stands in them, they are folded, encoded and end where they should."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address, AddressHeader
from email.message import Message
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.headers import (
    BadAddress,
    BadHeader,
    exact,
    mailbox,
    one_line,
    split_sender,
    unstructured,
    wire_address,
)

SUBJECTS = [
    "Spring is here",
    "Proleće je stiglo, Đorđe",
    "Пролеће је стигло, Константине Константиновићу, и са њим нова кафа из Бразила",
    "Весна пришла, а с ней и скидки на всё",
    "عرض الربيع لك يا سارة: خصم على القهوة",
    "🎉🎉 Sale 👩‍👩‍👧‍👦 for all of you 🎉🎉",
    'She said "hello", and (perhaps) <left>; it\'s = 50 % & more',
    "=?utf-8?b?aGVsbG8=?=",
    "two  spaces and a trailing one",
    "x" * 200,
]
NAMES = [
    "Ana Petrović",
    "Ana Petrovic",
    'Conan "The Rock" O\'Brien',
    "Smith, John",
    "Back\\slash",
    "a <b@example.org>",
    "(comment) name",
    "Мила Јовановић",
    "سارة أحمد",
    "J. R. Ewing",
    "=?utf-8?q?x?=",
    "🙂",
]


def parsed(lines: str) -> Message:
    return message_from_bytes(lines.encode() + b"\r\n", policy=default)


def decoded(lines: str) -> str:
    """Return a header as the older parser of the standard library reads it, unfolded."""
    (value,) = message_from_bytes(lines.encode() + b"\r\n").values()
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def read_subject(lines: str) -> tuple[str, str]:
    """Return the subject as both parsers of the standard library read it."""
    return str(parsed(lines)["subject"]), decoded(lines)


def addresses(lines: str) -> tuple[Address, ...]:
    header = parsed(lines)["to"]
    assert isinstance(header, AddressHeader)
    return header.addresses


def longest(lines: str) -> int:
    return max(map(len, lines.split("\r\n")))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_reads_back_as_it_was_written(subject: str) -> None:
    lines = unstructured("Subject", subject)
    assert read_subject(lines) == (subject, subject)
    assert lines.isascii()
    assert longest(lines) <= 76


@pytest.mark.parametrize("letter", ["a", "ž", "ш", "ب", "🎉", "a ", "ш "])
def test_a_subject_of_10000_characters_is_folded_and_reads_back(letter: str) -> None:
    subject = (letter * 10_000)[:10_000].strip()
    lines = unstructured("Subject", subject)
    assert longest(lines) <= 76
    assert read_subject(lines) == (subject, subject)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=200))
def test_any_subject_is_one_header_and_reads_back(subject: str) -> None:
    lines = unstructured("Subject", subject)
    message = parsed(lines)
    assert message.keys() == ["Subject"]
    assert longest(lines) <= 76
    wanted = one_line(subject).encode("utf-8", "replace").decode()
    assert decoded(lines) == wanted


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\x00", "\x0b", "\x85", "\u2028", "\u2029"])
def test_a_line_end_in_a_subject_or_a_name_starts_no_header(sign: str) -> None:
    words = f"Hello{sign}Bcc: eve@example.org{sign}{sign}<p>body"
    for lines in (unstructured("Subject", words), mailbox("To", words, "ana@example.org")):
        message = parsed(lines)
        assert len(message.keys()) == 1
        assert message["bcc"] is None
        assert message.get_payload() == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_reads_back_with_its_address(name: str) -> None:
    lines = mailbox("To", name, "ana@example.org")
    (address,) = addresses(lines)
    assert (address.display_name, address.addr_spec) == (name, "ana@example.org")
    assert longest(lines) <= 76


@pytest.mark.parametrize(
    "name", ["Константинопольский Александр Сергеевич", "Сара " * 40 + "X", "x" * 300, "y " * 99]
)
def test_a_long_name_is_folded_and_reads_back(name: str) -> None:
    name = name.strip()
    lines = mailbox("To", name, "ana@example.org")
    assert longest(lines) <= 76
    # Python's newer parser puts a blank between encoded words of a name, against RFC 2047, 6.2.
    assert decoded(lines) == f"{name} <ana@example.org>"
    (address,) = addresses(lines)
    assert address.addr_spec == "ana@example.org"


def test_a_long_address_stands_on_a_line_of_its_own() -> None:
    address = "a" * 60 + "@" + "b" * 40 + ".example"
    lines = mailbox("To", "Ana Petrović", address)
    assert addresses(lines)[0].addr_spec == address
    assert lines.splitlines()[1] == f" <{address}>"


def test_without_a_name_the_address_stands_alone() -> None:
    assert mailbox("To", "", "ana@example.org") == "To: ana@example.org\r\n"


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org\r\nBcc: eve@example.org",
        "ana@example.org\n",
        "ana\r@example.org",
        "a b@example.org",
        "ana@example.org, eve@example.org",
        "<ana@example.org>",
        '"ana"@example.org',
        "ana@[127.0.0.1]",
        "ana",
        "@example.org",
        "ana@",
        "",
        "a" * 250 + "@example.org",
        "ana@-.\u2024example",
    ],
)
def test_an_address_with_more_in_it_than_an_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        wire_address(address)


def test_a_domain_is_written_as_name_servers_know_it() -> None:
    assert wire_address("ana@кафа.срб") == "ana@xn--80aa2a4b.xn--90a3ac"
    assert wire_address("мила@кафа.срб") == "мила@xn--80aa2a4b.xn--90a3ac"


@pytest.mark.parametrize(
    ("sender", "label", "address"),
    [
        ("hello@coffee.example", "", "hello@coffee.example"),
        ("Corner Coffee <hello@coffee.example>", "Corner Coffee", "hello@coffee.example"),
        ('"Corner, Inc." <hello@coffee.example>', "Corner, Inc.", "hello@coffee.example"),
        ("Corner, Inc. <hello@coffee.example>", "Corner, Inc.", "hello@coffee.example"),
        ("Кафа на углу <hello@coffee.example>", "Кафа на углу", "hello@coffee.example"),
    ],
)
def test_a_sender_is_a_label_and_an_address(sender: str, label: str, address: str) -> None:
    assert split_sender(sender) == (label, address)


def test_an_exact_value_that_would_end_its_line_is_refused() -> None:
    assert exact("List-Id", "<offers.coffee.example>") == "List-Id: <offers.coffee.example>\r\n"
    for value in ("a\r\nBcc: x", "ž", "x" * 1000, "a\tb"):
        with pytest.raises(BadHeader):
            exact("X", value)
