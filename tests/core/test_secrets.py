"""Secrets are read where they are kept, and only where nobody else can read them."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.secrets import LiteralSecret, OpenSecret, SecretMissing, read_env, reveal
from ecrm_cli.core.workspace import Workspace


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.state.mkdir()
    return workspace


def private(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_variable_comes_from_the_environment_over_the_env_file(shop: Workspace) -> None:
    private(shop.env, "# for cron\nSMTP_PASSWORD = 'in file'\nexport OTHER=x=y\n\n")
    assert reveal("${SMTP_PASSWORD}", shop, {}) == "in file"
    assert reveal("${SMTP_PASSWORD}", shop, {"SMTP_PASSWORD": "outside"}) == "outside"
    assert reveal("${OTHER}", shop, {}) == "x=y"


def test_an_env_file_that_others_can_read_is_refused(shop: Workspace) -> None:
    private(shop.env, "A=b").chmod(0o640)
    with pytest.raises(OpenSecret, match="0640") as caught:
        reveal("${A}", shop, {})
    assert "chmod 600" in caught.value.hint


def test_a_broken_env_line_is_named_but_not_shown(shop: Workspace) -> None:
    private(shop.env, "A=b\nhunter2\n")
    with pytest.raises(DataError) as caught:
        read_env(shop.env)
    assert caught.value.place.line == 2
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"


def test_a_variable_that_is_not_set_says_where_to_set_it(shop: Workspace) -> None:
    with pytest.raises(SecretMissing, match="NOPE is not set") as caught:
        reveal("${NOPE}", shop, {"NOPE": ""})
    assert str(shop.env) in caught.value.hint
    assert caught.value.code == 3


def test_a_file_is_read_from_the_workspace_without_its_last_line_end(shop: Workspace) -> None:
    private(shop.state / "smtp", " pass word \n")
    assert reveal("file:.ecrm/smtp", shop, {}) == " pass word "
    assert reveal(f"file:{shop.state / 'smtp'}", shop, {}) == " pass word "


def test_a_secret_file_that_others_can_read_is_refused(shop: Workspace) -> None:
    private(shop.root / "smtp", "x").chmod(0o644)
    with pytest.raises(OpenSecret, match="0644"):
        reveal("file:smtp", shop, {})


def test_an_absent_secret_file_is_named(shop: Workspace) -> None:
    with pytest.raises(SecretMissing, match="no file"):
        reveal("file:smtp", shop, {})


def test_a_secret_file_that_git_would_take_is_refused(shop: Workspace) -> None:
    subprocess.run(["git", "init", "-q", str(shop.root)], check=True)
    private(shop.root / "smtp", "x")
    with pytest.raises(OpenSecret, match="git does not ignore"):
        reveal("file:smtp", shop, {})
    (shop.root / ".gitignore").write_text("smtp\n", encoding="utf-8")
    assert reveal("file:smtp", shop, {}) == "x"


def test_a_literal_is_no_reference(shop: Workspace) -> None:
    with pytest.raises(LiteralSecret):
        reveal("hunter2", shop, {})


@pytest.mark.skipif(importlib.util.find_spec("keyring") is not None, reason="keyring is here")
def test_without_keyring_the_extra_is_named(shop: Workspace) -> None:
    with pytest.raises(SecretMissing, match="not installed") as caught:
        reveal("keyring:smtp", shop, {})
    assert "ecrm-cli[keyring]" in caught.value.hint
