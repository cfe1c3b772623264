"""A book that cannot be opened, and imports that are stopped: nothing is half written."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecrm_cli.core.store import Opening, open_store
from tests.door import NOW, Ecrm
from tests.dump import dump
from tests.house.harm import (
    Running,
    ended,
    held,
    refused,
    started,
    untouched,
    wait_for,
)

PEOPLE = 60_000
COMMANDS = (("contact", "list"), ("import", "contacts", "new.csv"), ("segment", "count", "active"))


@pytest.fixture(autouse=True)
def new_people(shop: Ecrm) -> None:
    """A small file to import."""
    (shop.folder / "new.csv").write_text("email\nc@example.org\n")


def database(shop: Ecrm) -> Path:
    return shop.folder / "crm.duckdb"


def test_a_database_from_a_newer_version(shop: Ecrm, tmp_path: Path) -> None:
    with open_store(Opening(database(shop), tmp_path)) as store:
        store.run("core.record_file", number=99, name="0099_x.sql", checksum="c", applied_at=NOW)
    with untouched(shop):
        for command in COMMANDS:
            error = refused(shop(*command, "--json"), 3, "newer ecrm", "0099_x.sql")
            assert error["hint"]


def test_a_database_from_a_newer_engine(shop: Ecrm) -> None:
    """The number of the storage format stands after the magic word, on each of three pages."""
    path = database(shop)
    content = bytearray(path.read_bytes())
    assert content[8:12] == b"DUCK"
    content[12:20] = (9_999).to_bytes(8, "little")
    path.write_bytes(content)
    for command in COMMANDS:
        refused(shop(*command, "--json"), 3, "crm.duckdb")
    assert path.read_bytes() == content


def header_overwritten(content: bytes) -> bytes:
    return b"not a database" + content[14:]


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def nothing_left(_content: bytes) -> bytes:
    return b""


def blocks_overwritten(content: bytes) -> bytes:
    return content[:12_288] + b"\xaa" * (len(content) - 12_288)


def text_instead(_content: bytes) -> bytes:
    return b"email\nana@example.org\n" * 1000


@pytest.mark.parametrize(
    "harm",
    [header_overwritten, cut_in_half, nothing_left, blocks_overwritten, text_instead],
    ids=lambda harm: harm.__name__,
)
def test_a_corrupted_database(shop: Ecrm, harm: Callable[[bytes], bytes]) -> None:
    path = database(shop)
    harmed = harm(path.read_bytes())
    path.write_bytes(harmed)
    for command in COMMANDS:
        error = refused(shop(*command, "--json"), 3, "crm.duckdb is damaged")
        assert "backup" in error["hint"]
    assert path.read_bytes() == harmed


def test_a_database_held_by_another_process(shop: Ecrm) -> None:
    with untouched(shop), held(database(shop)) as number:
        for command in COMMANDS:
            begun = time.monotonic()
            error = refused(
                shop(*command, "--json", "--wait", "1s"),
                75,
                f"in use by process {number}",
                "waited 1 s",
            )
            assert time.monotonic() - begun >= 1
            assert (error["kind"], "--wait" in error["hint"]) == ("busy", True)


@pytest.fixture(scope="module")
def many_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes some seconds."""
    path = tmp_path_factory.mktemp("many") / "many.csv"
    with path.open("w") as file:
        file.write("email,first_name,phone,city,note\n")
        file.writelines(
            f"p{number}@example.org,N{number},+3816{10_000_000 + number},City{number % 97},x\n"
            for number in range(PEOPLE)
        )
    return path


def holds_the_book(shop: Ecrm, running: Running) -> bool:
    """Whether the process has the book open, as the kernel lists it."""
    folder = Path(f"/proc/{running.pid}/fd")
    try:
        return any(path.resolve() == database(shop) for path in folder.iterdir())
    except FileNotFoundError:
        return False


def test_two_imports_at_once(shop: Ecrm, many_people: Path) -> None:
    first = started(shop, "import", "contacts", many_people, "--json")
    wait_for(lambda: holds_the_book(shop, first))
    patient = started(shop, "import", "contacts", "new.csv", "--json", "--wait", "5m")
    hasty = ended(started(shop, "import", "contacts", "new.csv", "--json", "--wait", "0.2s"))
    assert first.poll() is None, "the first import ended before it was in anybody's way"
    refused(hasty, 75, f"in use by process {first.pid}")
    won, waited = ended(first), ended(patient)
    assert (won.code, won.json["added"]) == (0, PEOPLE)
    assert (waited.code, waited.json["added"]) == (0, 1)
    assert len(dump(database(shop))["contact"]) == PEOPLE + 3


def stopped(shop: Ecrm, many_people: Path, number: int, after: float) -> Running | None:
    """Start an import and send a signal so long after it took the book; None if it was done."""
    running = started(shop, "import", "contacts", many_people, "--json")
    wait_for(lambda: holds_the_book(shop, running) or running.poll() is not None)
    time.sleep(after)
    if running.poll() is not None:
        ended(running)
        return None
    running.send_signal(number)
    return running


def unwritten(shop: Ecrm, before: dict[str, list[str]]) -> bool:
    """Whether nothing of a stopped import is in the book; else all of it must be."""
    after = dump(database(shop))
    if after == before:
        return True
    assert len(after["contact"]) == len(before["contact"]) + PEOPLE
    return False


@pytest.fixture
def moments(shop: Ecrm) -> Iterator[list[float]]:
    """Moments of an import at which to stop it; at least three must have been in time."""
    found: list[float] = []
    yield found
    assert len(found) >= 3, "the imports were over before they could be stopped"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
def test_ctrl_c_during_import(
    shop: Ecrm, many_people: Path, moments: list[float], number: signal.Signals
) -> None:
    for after in (0.0, 0.1, 0.3, 0.6, 1.0):
        before = dump(database(shop))
        running = stopped(shop, many_people, number, after)
        if running is None:
            break
        begun = time.monotonic()
        answer = ended(running)
        if answer.code == 0:
            break  # it was over when the signal came; the moments that were in time are counted
        error = refused(answer, 130, "Interrupted")
        assert "run the command again" in error["hint"]
        assert time.monotonic() - begun < 10
        if not unwritten(shop, before):
            break
        assert list((shop.folder / ".ecrm" / "tmp").glob("import-*")) == []
        moments.append(after)
    assert shop("import", "contacts", "new.csv", "--json").json["added"] == 1


def test_kill_9_during_import(shop: Ecrm, many_people: Path, moments: list[float]) -> None:
    before = dump(database(shop))
    for after in (0.0, 0.05, 0.2, 0.4, 0.7, 1.1, 1.6):
        running = stopped(shop, many_people, signal.SIGKILL, after)
        if running is None:
            break
        killed = ended(running).code
        assert killed in (0, -signal.SIGKILL)
        if killed == 0 or not unwritten(shop, before):
            break
        moments.append(after)
    assert shop("contact", "list", "--json").json[0]["email"] == "ana@example.org"
    assert shop("import", "contacts", many_people, "--json").json["rows"] == PEOPLE
    assert len(dump(database(shop))["contact"]) == PEOPLE + 2
    assert list((shop.folder / ".ecrm" / "tmp").iterdir()) == []
