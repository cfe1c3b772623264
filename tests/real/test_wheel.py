"""The built wheel, without a developer's tools, in an empty folder with an empty home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from tests.door import CHECKOUT

pytestmark = pytest.mark.real

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def needed(name: str, seen: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return the distributions that a package needs to run, itself left out, without extras."""
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in seen:
            seen[requirement.name] = distribution(requirement.name)
            needed(requirement.name, seen)
    return seen


def link_into(site: Path, found: Distribution) -> None:
    """Put an installed distribution into another environment, as it is pinned here."""
    tops = {
        file.parts[0] for file in found.files or [] if file.parts[0] not in ("..", "__pycache__")
    }
    for top in tops:
        target = Path(str(found.locate_file(top)))
        if not (site / top).exists():
            (site / top).symlink_to(target, target_is_directory=target.is_dir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("built")
    words = ["wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(CHECKOUT)]
    subprocess.run([*PIP, *words], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's bin folder, with the wheel and what it needs to run, nothing else."""
    folder = tmp_path_factory.mktemp("a fresh machine")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    words = ["--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*PIP, *words], check=True)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    for found in needed("ecrm-cli", {}).values():
        link_into(site, found)
    return python.parent


def ask(bin_folder: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed ecrm with an environment of nearly nothing."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [str(bin_folder / "ecrm"), *words],
        cwd=folder,
        env={"HOME": str(home), "PATH": os.defpath, "ECRM_NOW": "2026-11-20T09:00:00+00:00"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_everything_that_is_not_python_is_in_the_wheel_too(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = set(packed.namelist())
    package = CHECKOUT / "ecrm_cli"
    data = [
        path
        for path in package.rglob("*")
        if path.suffix in (".sql", ".yaml", ".toml", ".j2", ".mo")
    ]
    assert {path.relative_to(CHECKOUT).as_posix() for path in data} <= names
    beside = [CHECKOUT / "config.example.yaml", *(CHECKOUT / "templates").rglob("*.*")]
    shipped = {f"ecrm_cli/shipped/{path.relative_to(CHECKOUT).as_posix()}" for path in beside}
    assert shipped <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "docs/"))]


def test_no_tool_of_a_developer_is_there(installed: Path) -> None:
    look = "from importlib.util import find_spec as f; print([*map(f, ('pytest', 'mypy', 'pip'))])"
    ran = subprocess.run(
        [str(installed / "python"), "-I", "-c", look], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[None, None, None]"


def test_the_wheel_makes_a_workspace_and_imports(installed: Path, tmp_path: Path) -> None:
    version = ask(installed, tmp_path, "version")
    assert (version.returncode, version.stderr) == (0, "")
    made = ask(installed, tmp_path, "init", "shop", "--yes")
    assert made.returncode == 0, made.stderr
    file = tmp_path / "people.csv"
    file.write_text("email,first_name,last_name\nana@example.org,Ana,Petrović\n", encoding="utf-8")
    brought = ask(installed, tmp_path, "-C", "shop", "import", "contacts", str(file), "--json")
    assert brought.returncode == 0, brought.stderr
    assert json.loads(brought.stdout)["added"] == 1
    listed = ask(installed, tmp_path, "-C", "shop", "contact", "list", "--json")
    assert [row["email"] for row in json.loads(listed.stdout)] == ["ana@example.org"]
    counted = ask(installed, tmp_path, "-C", "shop", "segment", "list", "--json")
    assert counted.returncode == 0, counted.stderr
    assert list((tmp_path / "home").iterdir()) == []


def test_the_wheel_plays_the_demo_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    played = ask(installed, tmp_path, "demo")
    assert (played.returncode, played.stderr) == (0, "")
    assert "Killed\n[exit 137]" in played.stdout
    assert "Start your own" in played.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-shop", "home"]
    assert list((tmp_path / "home").iterdir()) == []
