"""ecrm init: the folder of the design, and nothing of it touched twice."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ecrm_cli.core.settings import read_settings
from ecrm_cli.core.workspace import Workspace
from tests.door import Ecrm, process_environment

FILES = {"config.yaml", "crm.duckdb", ".gitignore", ".ecrm/secret"}


def tree(root: Path) -> dict[str, str]:
    """Return each file's digest by its name."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "logs" not in path.parts
    }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def bare(tmp_path: Path) -> Ecrm:
    return Ecrm(tmp_path)


def test_the_folder_of_the_design_is_made(bare: Ecrm) -> None:
    answer = bare("init", "shop", "--yes", "--json")
    assert answer.code == 0, answer.stderr
    root = bare.folder / "shop"
    for folder in ("segments", "campaigns", "templates", "presets", "outbox", ".ecrm"):
        assert (root / folder).is_dir()
    made = set(tree(root))
    assert made >= FILES
    assert {name for name in made if name.startswith("templates/")} == {
        "templates/layout.html.j2", "templates/offer.html.j2",
        "templates/service/case-reply.html.j2", "templates/service/receipt.html.j2",
        "templates/win-back.html.j2", "templates/win-back.ru.html.j2",
        "templates/win-back.sr-Latn.html.j2", "templates/win-back.ar.html.j2",
    }  # fmt: skip
    assert {name for name in made if name.startswith("segments/")} >= {
        "segments/everyone-reachable.yaml", "segments/one-time-buyers.yaml", "segments/lapsed.yaml",
    }  # fmt: skip
    assert (root / "campaigns" / "win-back.yaml").is_file()
    assert set(answer.json["written"]) == made
    assert answer.json["left_alone"] == []


def test_only_the_owner_can_read_what_is_made(bare: Ecrm) -> None:
    os.umask(0o022)
    bare("init", "shop", "--yes")
    root = bare.folder / "shop"
    for path in (root, *root.rglob("*")):
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_the_log_of_the_database_takes_the_umask(bare: Ecrm) -> None:
    bare("init", "shop", "--yes")
    script = (
        "from ecrm_cli.core.system import restrict_umask; restrict_umask()\n"
        "import duckdb, os, pathlib\n"
        "c = duckdb.connect('shop/crm.duckdb'); c.execute('CREATE TABLE t (a INTEGER)')\n"
        "print(oct(pathlib.Path('shop/crm.duckdb.wal').stat().st_mode & 0o777), flush=True)\n"
        "os._exit(0)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=bare.folder, env=process_environment({}),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout == "0o600\n"


def test_a_second_time_changes_nothing_and_lists_what_was_left_alone(bare: Ecrm) -> None:
    bare("init", "shop", "--yes")
    root = bare.folder / "shop"
    for name in tree(root):
        if name != "crm.duckdb":
            with (root / name).open("a", encoding="utf-8") as file:
                file.write("# edited\n")
    before = tree(root)
    answer = bare("init", "shop", "--yes")
    assert answer.code == 0
    assert tree(root) == before
    assert {line.removeprefix("Left alone: ") for line in answer.stderr.splitlines()} == set(before)
    assert "Nothing was missing" in answer.stdout


def test_what_is_missing_is_put_back(bare: Ecrm) -> None:
    bare("init", "shop", "--yes")
    root = bare.folder / "shop"
    secret = (root / ".ecrm" / "secret").read_text(encoding="utf-8")
    (root / "segments" / "active.yaml").unlink()
    (root / "presets").rmdir()
    answer = bare("init", "shop", "--yes", "--json")
    assert answer.json["written"] == ["segments/active.yaml"]
    assert (root / "presets").is_dir()
    assert (root / ".ecrm" / "secret").read_text(encoding="utf-8") == secret


def test_a_clone_without_its_data_gets_a_new_database(bare: Ecrm) -> None:
    bare("init", "shop", "--yes")
    (bare.folder / "shop" / "crm.duckdb").unlink()
    assert bare("init", "shop").code == 0
    assert (bare.folder / "shop" / "crm.duckdb").stat().st_size > 0


def test_the_secret_is_new_in_every_workspace(bare: Ecrm) -> None:
    bare("init", "a", "--yes")
    bare("init", "b", "--yes")
    one, two = ((bare.folder / name / ".ecrm" / "secret").read_text() for name in "ab")
    assert len(bytes.fromhex(one.strip())) == 32
    assert one != two


def test_git_would_take_no_data_and_no_keys(bare: Ecrm) -> None:
    bare("init", "shop", "--yes")
    root = bare.folder / "shop"
    (root / "outbox" / "mail").touch()
    (root / "crm.duckdb.wal").touch()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert {name.partition("/")[0] for name in listed} == {
        ".gitignore", "campaigns", "config.yaml", "segments", "templates",
    }  # fmt: skip


def test_the_flags_answer_the_questions_and_the_country_suggests_the_rest(bare: Ecrm) -> None:
    answer = bare(
        "init", "shop", "--yes", "--name", "Corner Coffee", "--country", "Serbia",
        "--from", "Corner Coffee <hello@coffee.example>",
    )  # fmt: skip
    assert answer.code == 0, answer.stderr
    settings = read_settings(Workspace(bare.folder / "shop"))
    business = settings.business
    assert (business.name, business.country) == ("Corner Coffee", "RS")
    assert (business.timezone, business.currency) == ("Europe/Belgrade", "RSD")
    assert business.languages == ("sr-Latn",)
    assert settings.mail.sender == "Corner Coffee <hello@coffee.example>"


@pytest.mark.parametrize(
    ("country", "zone", "currency", "language"),
    [
        ("EG", "Africa/Cairo", "EGP", "ar"),
        ("DE", "Europe/Berlin", "EUR", "de"),
        ("US", "UTC", "USD", "en"),
        ("NO", "Europe/Oslo", "NOK", "no"),
        ("XK", "UTC", "EUR", "sq"),
    ],
)
def test_what_a_country_suggests(
    bare: Ecrm, country: str, zone: str, currency: str, language: str
) -> None:
    bare("init", "shop", "--yes", "--country", country)
    business = read_settings(Workspace(bare.folder / "shop")).business
    assert (business.timezone, business.currency) == (zone, currency)
    assert business.languages == (language,)


def test_without_a_country_nothing_is_guessed(bare: Ecrm) -> None:
    bare("init", "my-little_shop", "--yes")
    business = read_settings(Workspace(bare.folder / "my-little_shop")).business
    assert (business.name, business.country) == ("My little shop", None)
    assert (business.timezone, business.currency) == ("UTC", "EUR")


def test_a_flag_beats_what_the_country_suggests(bare: Ecrm) -> None:
    bare("init", "shop", "--yes", "--country", "RS", "--currency", "eur", "--languages", "en,ru")
    business = read_settings(Workspace(bare.folder / "shop")).business
    assert (business.currency, business.languages) == ("EUR", ("en", "ru"))


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        ([], 8, "--yes"),
        (["--yes", "--timezone", "Belgrad"], 3, "Europe/Belgrade"),
        (["--yes", "--country", "Atlantis"], 3, "two letters"),
        (["--yes", "--from", "nobody"], 3, "mail.from"),
    ],
)
def test_what_cannot_be_answered_makes_nothing(
    bare: Ecrm, flags: list[str], code: int, words: str
) -> None:
    answer = bare("init", "shop", *flags)
    assert answer.code == code
    assert words in answer.stderr
    assert list(bare.folder.iterdir()) == []


def test_a_file_in_the_way_is_named_and_left(bare: Ecrm) -> None:
    (bare.folder / "shop").write_text("mine", encoding="utf-8")
    for name in ("shop", "shop/inner"):
        answer = bare("init", name, "--yes")
        assert answer.code == 5
        assert f"{bare.folder / 'shop'} is a file" in answer.stderr
    assert (bare.folder / "shop").read_text(encoding="utf-8") == "mine"


def test_a_synced_folder_is_warned_of(bare: Ecrm) -> None:
    answer = bare("init", "Dropbox/shop", "--yes")
    assert answer.code == 0
    assert "Warning:" in answer.stderr
    assert "Dropbox" in answer.stderr.partition("Warning:")[2]


def test_a_folder_with_a_space_and_the_workspace_option_will_do(bare: Ecrm) -> None:
    assert bare("-C", "my shop", "init", "--yes").code == 0
    assert (bare.folder / "my shop" / "config.yaml").is_file()
    assert bare("config", "path", "-C", "my shop").code == 0


def test_a_database_of_somebody_else_is_refused_and_left(bare: Ecrm) -> None:
    root = bare.folder / "shop"
    root.mkdir()
    with duckdb.connect(str(root / "crm.duckdb")) as connection:
        connection.execute("CREATE TABLE theirs (a INTEGER)")
    before = (root / "crm.duckdb").read_bytes()
    answer = bare("init", "shop", "--yes")
    assert answer.code == 3
    assert "not one of ecrm" in answer.stderr
    assert (root / "crm.duckdb").read_bytes() == before
    assert not (root / "config.yaml").exists()
