"""ecrm setup: what is answered is tried, then written into its block."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.door import Ecrm
from tests.upkeep.mailserver import USER, WORD, mail_server

Server = tuple[int, list[str]]


@pytest.fixture
def server() -> Iterator[Server]:
    with mail_server() as running:
        yield running


def mail_flags(port: int, *more: str) -> list[str]:
    return [
        "setup", "mail", "--transport", "smtp", "--host", "127.0.0.1", "--port", str(port),
        "--from", "Shop <hello@shop.example>", *more,
    ]  # fmt: skip


def test_business_writes_the_flags_and_keeps_the_rest(ecrm: Ecrm, workspace: Path) -> None:
    before = (workspace / "config.yaml").read_text(encoding="utf-8")
    answer = ecrm("setup", "business", "--postal-address", "1 Main St, Novi Sad", "--json")
    assert answer.code == 0, answer.stderr
    shown = {row["key"]: row["value"] for row in answer.json}
    assert shown["business.postal_address"] == "1 Main St, Novi Sad"
    assert shown["business.name"] == "Shop"
    after = (workspace / "config.yaml").read_text(encoding="utf-8")
    assert after == before.replace("postal_address:\n", 'postal_address: "1 Main St, Novi Sad"\n')


def test_business_refuses_a_zone_that_does_not_exist(ecrm: Ecrm, workspace: Path) -> None:
    before = (workspace / "config.yaml").read_bytes()
    answer = ecrm("setup", "business", "--timezone", "Belgrad")
    assert answer.code == 3
    assert "Europe/Belgrade" in answer.stderr
    assert (workspace / "config.yaml").read_bytes() == before


def test_show_only_shows(ecrm: Ecrm, workspace: Path) -> None:
    before = (workspace / "config.yaml").read_bytes()
    rows = ecrm("setup", "mail", "--show", "--json").json
    assert [row["key"] for row in rows][:2] == ["mail.transport", "mail.folder"]
    assert all(row["key"].startswith("mail.") for row in rows)
    assert (workspace / "config.yaml").read_bytes() == before


def test_mail_logs_in_to_the_server_before_it_writes(ecrm: Ecrm, server: Server) -> None:
    port, heard = server
    ecrm.environment["SHOP_MAIL"] = WORD
    answer = ecrm(
        *mail_flags(port, "--security", "none", "--user", USER, "--password", "${SHOP_MAIL}")
    )
    assert answer.code == 0, answer.stderr
    assert any(line.startswith("AUTH") for line in heard)
    assert not any(line.startswith("MAIL") for line in heard)
    assert ecrm("config", "get", "mail.smtp.password").stdout == "${SHOP_MAIL}\n"
    assert ecrm("config", "get", "mail.smtp.port").stdout == f"{port}\n"


@pytest.mark.parametrize(
    ("security", "password", "words"),
    [
        ("none", "wrong", "did not take the user and password"),
        ("starttls", WORD, "offers no STARTTLS"),
        ("tls", WORD, "no protected line"),
    ],
)
def test_a_server_that_refuses_leaves_the_file_as_it_was(
    ecrm: Ecrm, server: Server, workspace: Path, security: str, password: str, words: str
) -> None:
    before = (workspace / "config.yaml").read_bytes()
    ecrm.environment["SHOP_MAIL"] = password
    answer = ecrm(
        *mail_flags(server[0], "--security", security, "--user", USER, "--password", "${SHOP_MAIL}")
    )
    assert answer.code == 7
    assert words in answer.stderr
    assert password not in answer.stderr
    assert (workspace / "config.yaml").read_bytes() == before


def test_a_server_that_is_not_there_is_said_and_no_test_writes_all_the_same(ecrm: Ecrm) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = ecrm(*mail_flags(port))
    assert answer.code == 7
    assert "cannot be reached" in answer.stderr
    assert ecrm(*mail_flags(port, "--no-test")).code == 0
    assert ecrm("config", "get", "mail.transport").stdout == "smtp\n"


def test_a_password_on_the_command_line_is_refused(ecrm: Ecrm, server: Server) -> None:
    answer = ecrm(*mail_flags(server[0], "--user", USER, "--password", WORD))
    assert answer.code == 3
    assert "file:PATH" in answer.stderr
    assert WORD not in answer.stderr


def test_without_a_terminal_the_flag_for_the_password_is_named(ecrm: Ecrm, server: Server) -> None:
    answer = ecrm(*mail_flags(server[0], "--user", USER))
    assert answer.code == 8
    assert "--password" in answer.stderr


def test_loyalty_says_what_the_programme_would_have_cost(ecrm: Ecrm) -> None:
    ecrm("contact", "add", "--email", "ana@example.org")
    for total in ("1250", "2750"):
        ecrm("order", "add", "--contact", "P-1", "--total", total, "--currency", "RSD")
    answer = ecrm("setup", "loyalty", "--per", "100 RSD", "--value", "3 RSD", "--json")
    assert answer.code == 0
    assert {row["key"]: row["value"] for row in answer.json} == {
        "loyalty.points.per": "100 RSD", "loyalty.points.earn": 1,
        "loyalty.points.value": "3 RSD", "loyalty.points.rounding": "down",
    }  # fmt: skip
    assert answer.stderr.splitlines()[0] == (
        "In the last 365 days 1 customer bought for 4000.00 RSD: that is 39 points, "
        "worth 117.00 RSD, 2.9 % of it."
    )


@pytest.mark.parametrize(
    ("flags", "key", "words"),
    [
        (("--per", "100"), "loyalty.points.per", "'100' is no amount of money"),
        (("--per", "100 RSD", "--value", "0.03 EUR"), "loyalty.points.value", "worth EUR"),
        (("--earn", "0"), "loyalty.points.earn", "1 or more"),
        (("--earn", "-5"), "loyalty.points.earn", "1 or more"),
        (("--per", "1 ZZZ"), "loyalty.points.per", "no amount of money"),
        (("--rounding", "sideways"), "loyalty.points.rounding", "sideways"),
        (("--earn", "900", "--per", "0.01 EUR"), "loyalty.points.earn", "too many"),
    ],
)
def test_a_programme_that_makes_no_sense_is_not_written(
    ecrm: Ecrm, workspace: Path, flags: tuple[str, ...], key: str, words: str
) -> None:
    before = (workspace / "config.yaml").read_bytes()
    answer = ecrm("setup", "loyalty", *flags, "--json")
    assert (answer.code, answer.error["key"]) == (3, key)
    assert words in f"{answer.error['message']} {answer.error['hint']}"
    assert (workspace / "config.yaml").read_bytes() == before


def test_the_programme_that_is_offered_gives_about_three_in_a_hundred_back(ecrm: Ecrm) -> None:
    assert ecrm("setup", "loyalty", "--json").json[0]["value"] == "1 EUR"
    ecrm("config", "set", "loyalty.points.per", "")
    ecrm("config", "set", "loyalty.points.value", "")
    ecrm("config", "set", "business.currency", "RSD")
    rows = ecrm("setup", "loyalty", "--json").json
    assert [row["value"] for row in rows] == ["100 RSD", 1, "3 RSD", "down"]
