"""ecrm config: the settings, shown, checked and changed with their comments kept."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from ecrm_cli.upkeep.config import setting_types
from tests.door import Ecrm


@pytest.fixture
def config(workspace: Path) -> Path:
    return workspace / "config.yaml"


def comments(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.lstrip().startswith("#")]


def test_show_lists_every_setting_and_tells_the_defaults(ecrm: Ecrm) -> None:
    rows = ecrm("config", "show", "--json").json
    assert [row["key"] for row in rows] == list(setting_types())
    shown = {row["key"]: row for row in rows}
    assert shown["business.name"] == {"key": "business.name", "value": "Shop", "default": False}
    assert shown["pace.per_second"] == {"key": "pace.per_second", "value": 10, "default": True}


def test_get_prints_the_value_alone(ecrm: Ecrm) -> None:
    assert ecrm("config", "get", "business.currency").stdout == "EUR\n"
    assert ecrm("config", "get", "consent.topics").stdout == "offers,news,birthday,surveys\n"
    assert ecrm("config", "get", "mail.smtp.port", "--json").json == {
        "key": "mail.smtp.port",
        "value": 587,
    }


def test_get_of_an_unknown_setting_offers_the_nearest(ecrm: Ecrm) -> None:
    answer = ecrm("config", "get", "mail.smtp.prot", "--json")
    assert (answer.code, answer.stdout) == (4, "")
    assert "mail.smtp.port" in answer.error["matches"]
    assert "business.zone" not in ecrm("config", "get", "business").stdout
    assert "business.timezone" in ecrm("config", "get", "business").stderr


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("business.name", "Café: #1", "Café: #1"),
        ("business.country", "NO", "NO"),
        ("business.languages", "sr-Latn, en", ["sr-Latn", "en"]),
        ("business.languages", "[ar]", ["ar"]),
        ("mail.smtp.port", "465", 465),
        ("pace.per_second", "2.5", 2.5),
        ("mail.smtp.password", "${SMTP_PASSWORD}", "${SMTP_PASSWORD}"),
        ("links.base_url", "https://coffee.example/e", "https://coffee.example/e"),
    ],
)
def test_set_changes_one_value_and_keeps_every_comment(
    ecrm: Ecrm, config: Path, key: str, text: str, value: object
) -> None:
    before = comments(config)
    answer = ecrm("config", "set", key, text)
    assert answer.code == 0, answer.stderr
    assert ecrm("config", "get", key, "--json").json["value"] == value
    assert comments(config) == before


def test_set_empties_what_may_be_empty(ecrm: Ecrm) -> None:
    ecrm("config", "set", "business.country", "RS")
    assert ecrm("config", "set", "business.country", "").code == 0
    assert ecrm("config", "get", "business.country", "--json").json["value"] is None


def test_set_of_the_same_value_leaves_the_file_alone(ecrm: Ecrm, config: Path) -> None:
    before = config.stat().st_mtime_ns
    answer = ecrm("config", "set", "business.currency", "EUR", "--json")
    assert answer.json == {"key": "business.currency", "value": "EUR", "changed": False}
    assert config.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("business.timezone", "Europe/Belgrad", "Europe/Belgrade"),
        ("business.country", "XX", "two letters"),
        ("mail.smtp.port", "many", "whole number"),
        ("mail.transport", "pigeon", "folder or smtp"),
        ("mail.smtp.password", "hunter2", "keyring:NAME"),
        ("business.languages", "", "1 or more"),
        ("consent.topics", "service", "service"),
    ],
)
def test_set_refuses_what_the_setting_cannot_be_and_writes_nothing(
    ecrm: Ecrm, config: Path, key: str, text: str, words: str
) -> None:
    before = config.read_bytes()
    answer = ecrm("config", "set", key, text)
    assert answer.code == 3
    assert words in answer.stderr
    assert key in answer.stderr
    assert "hunter2" not in answer.stderr
    assert config.read_bytes() == before


def test_set_adds_a_key_that_is_not_in_the_file(ecrm: Ecrm, config: Path) -> None:
    config.write_text("# mine\nmail:\n  transport: folder # for now\n", encoding="utf-8")
    assert ecrm("config", "set", "mail.smtp.host", "mail.example").code == 0
    assert config.read_text(encoding="utf-8") == (
        "# mine\nmail:\n  transport: folder # for now\n  smtp:\n    host: mail.example\n"
    )


def test_set_mends_one_of_two_mistakes(ecrm: Ecrm, config: Path) -> None:
    config.write_text("business:\n  country: ZZ\n  currency: ZZZ\n", encoding="utf-8")
    assert ecrm("config", "set", "business.currency", "RSD").code == 0
    assert ecrm("config", "check").code == 3
    assert ecrm("config", "set", "business.country", "RS").code == 0
    assert ecrm("config", "check").code == 0


def test_a_change_is_in_the_audit_and_no_change_is_not(ecrm: Ecrm, workspace: Path) -> None:
    ecrm("config", "set", "business.currency", "RSD")
    ecrm("config", "set", "business.currency", "RSD")
    with duckdb.connect(str(workspace / "crm.duckdb"), read_only=True) as connection:
        entries = connection.execute(
            "SELECT command, actor, payload FROM audit_entry ORDER BY entry_id"
        ).fetchall()
    assert [entry[:2] for entry in entries] == [("init", "tester"), ("config set", "tester")]
    assert json.loads(entries[1][2]) == {"changed": {"business.currency": "RSD"}}


def test_set_works_before_there_is_a_database(ecrm: Ecrm, workspace: Path) -> None:
    (workspace / "crm.duckdb").unlink()
    assert ecrm("config", "set", "business.currency", "RSD").code == 0
    assert not (workspace / "crm.duckdb").exists()


def test_check_is_content_with_what_init_made_but_names_what_is_missing(ecrm: Ecrm) -> None:
    answer = ecrm("config", "check", "--json")
    assert answer.code == 0
    assert answer.json["ok"] is True
    assert {finding["severity"] for finding in answer.json["findings"]} == {"warning"}
    messages = " ".join(finding["message"] for finding in answer.json["findings"])
    assert "business.country" in messages
    assert "mail.from" in messages
    assert ecrm("config", "check", "--strict").code == 3


def test_check_lists_every_mistake_with_its_line(ecrm: Ecrm, config: Path) -> None:
    config.write_text(
        "business:\n  country: ZZ\n  timezone: Mars\nmail:\n  smtp: {password: hunter2}\n",
        encoding="utf-8",
    )
    answer = ecrm("config", "check", "--json")
    assert answer.code == 3
    errors = [each for each in answer.json["findings"] if each["severity"] == "error"]
    assert [each["examples"] for each in errors] == [[f"{config}:{n}"] for n in (2, 3, 5)]
    assert "hunter2" not in answer.stdout


@pytest.mark.parametrize(
    ("text", "line"),
    [("business:\n\tname: x\n", 2), ("busines: {}\n", 1), ("a: 1\na: 2\n", 2)],
)
def test_check_and_every_other_command_name_the_line_of_what_cannot_be_read(
    ecrm: Ecrm, config: Path, text: str, line: int
) -> None:
    config.write_text(text, encoding="utf-8")
    checked = ecrm("config", "check", "--json")
    assert checked.code == 3
    assert checked.json["findings"][0]["examples"] == [f"{config}:{line}"]
    shown = ecrm("config", "show", "--json")
    assert (shown.code, shown.error["line"]) == (3, line)


def test_check_says_when_a_secret_is_not_where_it_should_be(ecrm: Ecrm) -> None:
    ecrm("config", "set", "mail.transport", "smtp")
    ecrm("config", "set", "mail.smtp.password", "${NO_SUCH_THING}")
    rules = {each["rule"] for each in ecrm("config", "check", "--json").json["findings"]}
    assert "secret" in rules


def test_path_prints_where_the_file_is(ecrm: Ecrm, config: Path) -> None:
    assert ecrm("config", "path").stdout == f"{config}\n"
    assert json.loads(ecrm("config", "path", "--json").stdout) == {"path": str(config)}


def test_a_failed_write_leaves_the_file_whole(
    ecrm: Ecrm, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.read_bytes()
    config.parent.chmod(0o500)
    try:
        answer = ecrm("config", "set", "business.currency", "RSD")
    finally:
        config.parent.chmod(0o700)
    assert answer.code in (0, 7)  # root may write anywhere
    assert answer.code == 0 or config.read_bytes() == before
