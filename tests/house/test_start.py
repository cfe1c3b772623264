"""What starting ecrm loads: read from the modules of a process, at any depth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ecrm_cli.cli import NOUNS
from tests.door import process_environment

HEAVY = ("duckdb", "polars", "jinja2", "questionary", "smtplib", "rich", "msgspec", "yaml", "babel")
AFTER = """
import json, sys
{act}
sys.stderr.write("\\n" + json.dumps([name for name, module in sys.modules.items() if module]))
"""


def loaded_after(act: str, folder: Path, **more: str) -> set[str]:
    """Return the modules that a new process has loaded once it has done ``act``."""
    ran = subprocess.run(
        [sys.executable, "-c", AFTER.format(act=act)],
        cwd=folder,
        env=process_environment(more),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return set(json.loads(ran.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", [["--help"], ["version"]], ids=" ".join)
def test_help_and_version_load_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    loaded = loaded_after(f"from ecrm_cli.cli import run; run({words!r})", tmp_path)
    assert "ecrm_cli.cli" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_front_door_opens_no_room(tmp_path: Path) -> None:
    loaded = loaded_after("from ecrm_cli.cli import run; run(['--help'])", tmp_path)
    rooms = {noun.module.partition(".")[0] for noun in NOUNS}
    assert {name.split(".")[1] for name in loaded if name.startswith("ecrm_cli.")} & rooms == set()


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_a_nouns_help_needs_no_engine(noun: object, tmp_path: Path) -> None:
    words = [getattr(noun, "name", ""), "--help"]
    loaded = loaded_after(f"from ecrm_cli.cli import run; run({words!r})", tmp_path)
    assert loaded.isdisjoint(("duckdb", "polars", "jinja2", "questionary", "smtplib", "rich"))


def test_a_query_with_parameters_loads_neither_numpy_nor_pandas(
    migrated_file: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    for name in ("numpy", "pandas", "pyarrow"):
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").write_text("DataFrame = ndarray = object\n")
    act = f"""
from datetime import UTC, datetime
from pathlib import Path
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Opening, open_store
asked = query("house.asked", "SELECT $number AS n, $words AS words, $moment AS m, $many AS many")
with open_store(Opening(Path({str(migrated_file)!r}), Path("scratch"), read_only=True)) as store:
    got = store.one(asked, number=1, words="a", moment=datetime.now(UTC), many=[1, 2])
    assert got["words"] == "a", got
"""
    path = process_environment({})["PYTHONPATH"]
    loaded = loaded_after(act, tmp_path, PYTHONPATH=f"{site}:{path}")
    assert "duckdb" in loaded
    assert loaded.isdisjoint(("numpy", "pandas", "pyarrow"))
