"""What serves every test: a store, an App, the front door, and one clock, place and language."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ecrm_cli.core.app import App
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.migrations import migrate
from ecrm_cli.core.output import Output, View
from ecrm_cli.core.store import Opening, Store, create_store, open_store
from tests.desk import Desk
from tests.door import CHECKOUT, NOW, Ecrm

if TYPE_CHECKING:
    from tests.smtpserver import Receiver

FIXED = {
    "COLUMNS": "80",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "NO_COLOR": "1",
    "ECRM_NOW": NOW.isoformat(),
    "ECRM_ACTOR": "tester",
}


# Bytes: many times what the tests of one run leave lying at a time.
ROOM = 2_000_000_000


def pytest_configure() -> None:
    """Give every test, and every process it starts, the same clock, place and language."""
    os.environ.pop("ECRM_WORKSPACE", None)
    os.environ.update(FIXED)
    keep_bytecode()
    if (memory := folder_in_memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell makes its background jobs deaf to Ctrl-C, and what they start inherits that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(time, "tzset"):
        time.tzset()


def keep_bytecode() -> None:
    """Let workers and processes read what another has compiled: each is one of hundreds."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def folder_in_memory() -> Path | None:
    """Return a folder that is no disk, where there is one with room; else None.

    On a disk every statement waits until its bytes are there. What a full disk does is tried by
    tests that bring their own.
    """
    memory = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of this user's own in it
    if not os.access(memory, os.W_OK):
        return None
    about = os.statvfs(memory)
    roomy = about.f_bavail * about.f_frsize > ROOM
    return memory if roomy and not about.f_flag & os.ST_NOEXEC else None


def sample_data() -> Path | None:
    """Return the folder of shared sample data, or None where there is none."""
    given = os.environ.get("ECRM_SHARED")
    folder = (Path(given) if given else CHECKOUT.parent / "shared") / "data"
    return folder if folder.is_dir() else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, with the data there, a test that skips itself would hide what was not tried."""
    report = yield
    strict = os.environ.get("CI") == "true" and sample_data() is not None
    marked = item.get_closest_marker("data") or item.get_closest_marker("real")
    if strict and marked and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {report.longrepr}"
    return report


@pytest.fixture
def now() -> datetime:
    """The time of every test, aware, in UTC; ``ECRM_NOW`` says the same."""
    return NOW


@pytest.fixture
def shared_data() -> Path:
    """The folder of shared sample data; for tests marked ``data``."""
    folder = sample_data()
    if folder is None:
        pytest.skip("no sample data: set ECRM_SHARED, or put shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the whole schema, made once; copy it."""
    path = tmp_path_factory.mktemp("migrated") / "crm.duckdb"
    create_store(path)
    with open_store(Opening(path, path.parent / "scratch")) as store:
        migrate(store, NOW)
    return path


@pytest.fixture
def store(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    """A store on a real file, migrated and empty, open for writing."""
    path = tmp_path / "crm.duckdb"
    shutil.copyfile(migrated_file, path)
    with open_store(Opening(path, tmp_path / "scratch", actor="tester", sealed=False)) as opened:
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    """A desk where files come into the store."""
    return Desk(store, tmp_path)


@pytest.fixture(scope="session")
def made_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as ``ecrm init --yes`` makes it, made once; copy it."""
    folder = tmp_path_factory.mktemp("made")
    made = Ecrm(folder)("init", "shop", "--yes")
    assert made.code == 0, made.stderr
    return folder / "shop"


@pytest.fixture
def workspace(tmp_path: Path, made_workspace: Path) -> Path:
    """A new workspace's folder."""
    return Path(shutil.copytree(made_workspace, tmp_path / "shop", symlinks=True))


@pytest.fixture
def ecrm(workspace: Path) -> Ecrm:
    """The front door, in a new workspace."""
    return Ecrm(workspace)


@pytest.fixture
def app(workspace: Path) -> App:
    """An App in a new workspace, without a terminal."""
    return App(
        out=Output(View()),
        ask=Ask(interactive=False),
        now=NOW,
        environment={},
        folder=workspace,
        actor="tester",
    )


@pytest.fixture
def smtp() -> Iterator[Receiver]:
    """A mail server on loopback."""
    from tests.smtpserver import receiving

    with receiving() as receiver:
        yield receiver
