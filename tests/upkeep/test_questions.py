"""The questionnaires on a real terminal."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from ecrm_cli.core.settings import read_settings
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.upkeep.questions import VARIABLE
from tests.door import ecrm_words, process_environment
from tests.upkeep.mailserver import USER, WORD, mail_server

ENTER, CTRL_C, CLEAR = "\r", "\x03", "\x15"


def terminal(folder: Path, *argv: str) -> pexpect.spawn[str]:
    """Start ecrm on a terminal of its own."""
    program, *words = ecrm_words(*argv)
    environment = process_environment({"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"})
    return pexpect.spawn(
        program, words, cwd=str(folder), env=environment, encoding="utf-8", timeout=30,
        dimensions=(40, 200),
    )  # fmt: skip


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    status: int | None = child.exitstatus
    return status


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    mask = os.umask(0o022)
    os.umask(mask)
    yield tmp_path
    os.umask(mask)


def test_the_questions_of_init_make_the_workspace(folder: Path) -> None:
    child = terminal(folder, "init", "corner-coffee")
    child.expect("name your customers know")
    child.send(ENTER)
    child.expect("Country")
    child.send(f"Serbia{ENTER}")
    child.expect("Time zone.*Europe/Belgrade")
    child.send(ENTER)
    child.expect("Currency.*RSD")
    child.send(f"{CLEAR}eur{ENTER}")
    child.expect("Languages.*sr-Latn")
    child.send(f", en{ENTER}")
    child.expect("Mail is from")
    child.send(ENTER)
    child.expect("Made a workspace")
    assert ended(child) == 0
    business = read_settings(Workspace(folder / "corner-coffee")).business
    assert (business.name, business.country) == ("Corner coffee", "RS")
    assert (business.timezone, business.currency) == ("Europe/Belgrade", "EUR")
    assert business.languages == ("sr-Latn", "en")


def test_a_wrong_answer_is_said_and_ctrl_c_makes_nothing(folder: Path) -> None:
    child = terminal(folder, "init", "shop")
    child.expect("name your customers know")
    child.send(ENTER)
    child.expect("Country")
    child.send(f"Atlantis{ENTER}")
    child.expect("no country")
    child.send(CTRL_C)
    assert ended(child) == 130
    assert list(folder.iterdir()) == []


def test_ctrl_c_in_setup_leaves_the_file_as_it_was(workspace: Path) -> None:
    before = (workspace / "config.yaml").read_bytes()
    child = terminal(workspace, "setup", "business")
    child.expect("name your customers know")
    child.send(f"{CLEAR}Other{ENTER}")
    child.expect("Postal address")
    child.send(ENTER)
    child.expect("Country")
    child.send(f"RS{ENTER}")
    child.expect("Time zone")
    child.send(f"{CLEAR}Belgrad{ENTER}")
    child.expect("Did you mean Europe/Belgrade")
    child.send(CTRL_C)
    assert ended(child) == 130
    assert (workspace / "config.yaml").read_bytes() == before


def test_a_typed_password_goes_into_the_env_file_and_is_not_shown(workspace: Path) -> None:
    with mail_server() as (port, heard):
        child = terminal(workspace, "setup", "mail")
        child.expect("Mail goes")
        child.send(f"\x1b[B{ENTER}")
        child.expect("Mail is from")
        child.send(f"Shop <hello@shop.example>{ENTER}")
        child.expect("Mail server")
        child.send(f"{CLEAR}127.0.0.1{ENTER}")
        child.expect("Port")
        child.send(f"{CLEAR}{port}{ENTER}")
        child.expect("Protected by")
        child.send(f"\x1b[B\x1b[B{ENTER}")
        child.expect("User")
        child.send(f"{USER}{ENTER}")
        child.expect("Password")
        child.send(f"{WORD}{ENTER}")
        child.expect("took us")
        before = child.before
        assert ended(child) == 0
    assert WORD not in str(before)
    assert any(line.startswith("AUTH") for line in heard)
    env = workspace / ".ecrm" / "env"
    assert env.read_text(encoding="utf-8") == f"SMTP_PASSWORD={WORD}\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    settings = read_settings(Workspace(workspace))
    assert settings.mail.smtp.password == f"${{{VARIABLE}}}"
    assert settings.secret(settings.mail.smtp.password, {}) == WORD


def test_the_questions_of_loyalty_refuse_a_wrong_answer_and_write_the_right_ones(
    workspace: Path,
) -> None:
    child = terminal(workspace, "setup", "loyalty")
    child.expect("points for every.*1 EUR")
    child.send(f"{CLEAR}100 points{ENTER}")
    child.expect("no amount of money.*points for every")
    child.send(f"{CLEAR}100 RSD{ENTER}")
    child.expect("How many points")
    child.send(f"{CLEAR}many{ENTER}")
    child.expect("whole number.*How many points")
    child.send(f"{CLEAR}2{ENTER}")
    child.expect("One point is worth")
    child.send(f"{CLEAR}0.03 EUR{ENTER}")
    child.expect("earned in RSD.*One point is worth")
    child.send(f"{CLEAR}3 RSD{ENTER}")
    child.expect("rounded")
    child.send(ENTER)
    child.expect("No orders in RSD in the last 365 days")
    child.expect("Write this programme")
    child.send("y")
    assert ended(child) == 0
    points = read_settings(Workspace(workspace)).loyalty.points
    assert (points.per, points.earn, points.value, points.rounding) == (
        "100 RSD", 2, "3 RSD", "down",
    )  # fmt: skip


@pytest.mark.parametrize("end", [CTRL_C, "n"])
def test_a_programme_that_is_not_agreed_to_is_not_written(workspace: Path, end: str) -> None:
    before = (workspace / "config.yaml").read_bytes()
    child = terminal(workspace, "setup", "loyalty")
    for asked in ("points for every", "How many points", "One point is worth", "rounded"):
        child.expect(asked)
        child.send(ENTER)
    child.expect("Write this programme")
    child.send(end)
    assert ended(child) == (130 if end == CTRL_C else 0)
    assert (workspace / "config.yaml").read_bytes() == before
