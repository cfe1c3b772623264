"""YAML with 1.2 scalars; every complaint with its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.yamlfile import NoFile, UnreadableFile, parse, read, read_typed
from ecrm_cli.core.yamltext import BadYaml, DuplicateKey
from ecrm_cli.core.yamltyped import MissingKey, UnknownKey, WrongValue


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "localhost"
    port: int = 587
    security: Literal["tls", "none"] = "tls"
    sender: str | None = msgspec.field(default=None, name="from")


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    server: Server = Server()
    named: dict[str, Server] = {}
    listed: tuple[Server, ...] = ()
    deep: dict[str, dict[str, int]] = {}
    amount: Decimal = Decimal(0)
    total: int | None = msgspec.field(default=None, name="orders.total")


class Needy(msgspec.Struct, frozen=True):
    name: str


def failure(text: str, kind: type[object] | None = None) -> DataError:
    with pytest.raises(DataError) as caught:
        parse(text, "shop.yaml").typed(kind or Whole)
    return caught.value


@pytest.mark.parametrize(
    "written",
    ["NO", "no", "on", "off", "yes", "y", "True", "20:00", "1:30", "+381641234567", "0123", "00",
     "1_000", "0x1F", "0o17", "1e3", ".5", "5.", "2026-03-01", "2026-03-01 10:00", "<<", "=",
     ".inf", "1234567890123456789", "NULL", "Null"],
)  # fmt: skip
def test_what_is_no_plain_number_or_truth_stays_text(written: str) -> None:
    assert parse(f"a: {written}", "t").data == {"a": written}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("true", True), ("false", False), ("12", 12), ("-7", -7), ("0", 0), ("1.50", 1.5),
     ("-0.25", -0.25), ("null", None), ("~", None), ("", None), ("'12'", "12"), ('"true"', "true")],
)  # fmt: skip
def test_plain_decimals_truths_and_emptiness_are_values(written: str, meant: object) -> None:
    found = parse(f"a: {written}", "t").data["a"]
    assert (found, type(found)) == (meant, type(meant))


def test_keys_are_always_text() -> None:
    assert parse("2024: x\non: y\nNO: z", "t").data == {"2024": "x", "on": "y", "NO": "z"}


def test_an_amount_keeps_its_digits_as_a_decimal() -> None:
    assert parse("amount: 499.99", "t").typed(Whole).amount == Decimal("499.99")


def test_a_key_written_twice_names_both_lines() -> None:
    error = failure("server:\n  port: 1\n  host: a\n  port: 2\n")
    assert isinstance(error, DuplicateKey)
    assert str(error.place) == "shop.yaml:4, key server.port"
    assert "line 2" in error.message


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  subject: {{ name }}\n",
        "a:\n  subject: {{ name }}, spring is here\n",
        "a:\n  subject: {{ name | upper }}\n",
        "a:\n  subject: {{ name or 'you' }}%\n",
    ],
)
def test_a_value_that_begins_with_braces_says_quote_it(text: str) -> None:
    error = failure(text)
    assert str(error.place) == "shop.yaml:2, key a.subject"
    assert "Quote it" in error.hint


def test_braces_inside_quotes_and_blocks_are_text() -> None:
    text = 'a: "{{ x }}"\nb: |\n  {{ y }}\nc: Hello {{ z }}\n'
    assert parse(text, "t").data == {"a": "{{ x }}", "b": "{{ y }}\n", "c": "Hello {{ z }}"}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("server:\n\tport: 1", "shop.yaml:2, key server.port", "tab indents"),
        ("server:\n  port: 1\n\thost: x", "shop.yaml:3, key server.host", "tab indents"),
        ("server:\tx", "shop.yaml:1, key server", "tab stands"),
        ("server:\n  host: 'x\nnamed: 1\n", "shop.yaml:2, key server.host", "never closed"),
        ("server: [a, b\nnamed: 1\n", "shop.yaml:1, key server", "never closed"),
        ("server: {host: a", "shop.yaml:1, key server", "never closed"),
        ("a: 1\nserver: b: c", "shop.yaml:2, key server", "second colon"),
        ("server:\n  port: 1\n host: x", "shop.yaml:3, key host", "does not fit"),
        ("a: 1\nhello\nb: 2", "shop.yaml:2", "no colon"),
        ("server: @x", "shop.yaml:1, key server", "may not begin"),
        ("server: *x", "shop.yaml:1, key server", "may not begin with *"),
        ("server: &x 1", "shop.yaml:1, key server", "may not begin with *"),
        ("server: !!int '1'", "shop.yaml:1, key server", "may not begin with !"),
        ("a: 1\n---\nb: 2", "shop.yaml:2", "second document"),
        ("? [a]\n: 1", "shop.yaml:1", "key must be a word"),
        ("a: \0", "shop.yaml:1", "character"),
        ("a: 1\nb: \x07", "shop.yaml:2", "character"),
        ('a: "\\q"', "shop.yaml:1, key a", "backslash"),
        ("a: - b", "shop.yaml:1, key a", "list begins"),
        ("[" * 60, None, "deep"),
    ],
)
def test_a_syntax_error_names_its_line_and_key(text: str, place: str | None, words: str) -> None:
    error = failure(text)
    assert isinstance(error, BadYaml)
    assert words in error.message
    if place:
        assert str(error.place) == place


def test_thousands_of_brackets_end_in_a_sentence() -> None:
    assert "deep" in failure("a: " + "[" * 100_000).message


def test_an_unknown_key_offers_the_nearest_name() -> None:
    error = failure("server:\n  host: a\n  prot: 5\n")
    assert isinstance(error, UnknownKey)
    assert str(error.place) == "shop.yaml:3, key server.prot"
    assert error.matches == ["port"]
    assert error.hint == "Did you mean port?"


def test_an_unknown_key_like_no_other_lists_what_there_is() -> None:
    assert "host, port, security, from" in failure("server: {qqq: 5}").hint


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("server:\n  port: '25'", "shop.yaml:2, key server.port", "a whole number, not text"),
        ("server:\n  port: 2.5", "shop.yaml:2, key server.port", "a whole number, not a number"),
        ("server:\n  host: 5", "shop.yaml:2, key server.host", "text, not a whole number"),
        ("server:\n  from: true", "shop.yaml:2, key server.from", "text, not true or false"),
        ("server: 5", "shop.yaml:1, key server", "a block of keys, not a whole number"),
        ("server:\n- a", "shop.yaml:1, key server", "a block of keys, not a list"),
        ("listed: x", "shop.yaml:1, key listed", "a list, not text"),
        ("listed:\n- host: a\n- port: x", "shop.yaml:3, key listed[1].port", "whole number"),
        ("named:\n  a: {}\n  b:\n    port: x", "shop.yaml:4, key named.b.port", "whole number"),
        ("deep:\n  a: {x: 1}\n  b:\n    c: 1\n    d: z", "shop.yaml:5, key deep.b.d", "whole"),
        ("orders.total: x", "shop.yaml:1, key orders.total", "whole number"),
        ("- a", "shop.yaml:1", "a block of keys, not a list"),
    ],
)
def test_a_wrong_type_names_its_place_and_what_was_expected(
    text: str, place: str, words: str
) -> None:
    error = failure(text)
    assert isinstance(error, WrongValue)
    assert str(error.place) == place
    assert words in error.message


def test_a_choice_that_does_not_exist_lists_those_that_do() -> None:
    error = failure("server:\n  security: ssl")
    assert "'ssl'" in error.message
    assert error.hint == "Choose none or tls."


def test_a_missing_key_is_named() -> None:
    error = failure("nome: x", Needy)
    assert isinstance(error, MissingKey)
    assert "'name'" in error.message


def test_an_empty_key_means_its_default_but_must_exist() -> None:
    assert parse("server:\n  port:\nlisted:\n", "t").typed(Whole) == Whole()
    assert isinstance(failure("sever:\n"), UnknownKey)


def test_an_empty_text_is_all_defaults() -> None:
    assert parse("# nothing here\n", "t").typed(Whole) == Whole()


def test_the_line_of_a_rule_inside_a_list_can_be_asked() -> None:
    text = "all:\n  - country: RS\n  - any:\n      - tag: vip\n      - orders.last: {before: 90d}\n"
    rule = parse(text, "lapsed.yaml")
    assert str(rule.place("all", 1, "any", 1, "orders.last")) == (
        "lapsed.yaml:5, key all[1].any[1].orders.last"
    )
    assert rule.place("all", 1, "any", 1, "orders.last", "within").line == 5
    assert rule.place("all", 0).line == 2


def test_a_text_that_is_in_no_file_is_named_by_its_label() -> None:
    with pytest.raises(DataError) as caught:
        parse("all: [", "--where")
    assert str(caught.value.place) == "--where:1, key all"


def test_a_file_is_read_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfserver:\r\n  port: 25\r\n")
    assert read_typed(file, Whole).server.port == 25
    assert read(file).place("server", "port").line == 2


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoFile) as absent:
        read(tmp_path / "none.yaml")
    assert absent.value.code == 4
    with pytest.raises(UnreadableFile, match="is a folder"):
        read(tmp_path)
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"a: 1\nb: \xff\xfe\n")
    with pytest.raises(UnreadableFile) as caught:
        read(binary)
    assert caught.value.place.line == 2


_plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**17), 10**17),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text("abcNOon20:.", min_size=1, max_size=6), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(_plain)
def test_what_is_written_quoted_is_read_back(value: object) -> None:
    text = yaml.safe_dump({"root": value}, default_style='"', allow_unicode=True)
    # Numbers and truths are dumped with tags under this style, and tags are refused: say them
    # as they would be written.
    for tag in ("!!int ", "!!bool ", "!!null "):
        text = text.replace(tag, "")
    assert parse(text, "t").data == {"root": _as_text(value)}


def _as_text(value: object) -> object:
    """Quoted scalars are text, whatever is inside."""
    if isinstance(value, dict):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
