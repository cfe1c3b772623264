"""A test that skips itself: said on a developer's machine, a failure in CI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.door import CHECKOUT, process_environment

SKIPPING = """
import pytest

@pytest.mark.{marker}
def test_that_skips(): pytest.skip("not today")

@pytest.mark.data
def test_that_reads(shared_data): assert shared_data.is_dir()
"""


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tests in ``folder`` under the conftest of this house."""
    words = ["-q", "-p", "tests.conftest", "-c", str(CHECKOUT / "pyproject.toml"), str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env=process_environment(environment),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("marker", ["data", "real"])
def test_a_skipped_test_fails_in_ci_where_the_data_is(marker: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPING.format(marker=marker))
    (tmp_path / "data").mkdir()
    ran = run_pytest(tmp_path, CI="true", ECRM_SHARED=str(tmp_path))
    assert ran.returncode == 1
    assert "skipped in CI, where it must run" in ran.stdout
    assert "1 failed, 1 passed" in ran.stdout


def test_a_skipped_test_is_said_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPING.format(marker="data"))
    (tmp_path / "data").mkdir()
    assert run_pytest(tmp_path, CI="", ECRM_SHARED=str(tmp_path)).returncode == 0
    absent = run_pytest(tmp_path, CI="true", ECRM_SHARED=str(tmp_path / "nowhere"))
    assert absent.returncode == 0
    assert "2 skipped" in absent.stdout
    assert "no sample data" in absent.stdout


def test_a_marker_that_selects_nothing_ends_otherwise_than_0(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "real", "-c", str(CHECKOUT / "pyproject.toml"), "."],
        cwd=tmp_path,
        env=process_environment({}),
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 5
