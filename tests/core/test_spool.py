"""The spool: what was appended is settled once, whatever is killed or full in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ecrm_cli.core import spool
from ecrm_cli.core.errors import CannotWrite, DiskFull
from ecrm_cli.core.spool import Pending, append, pending, settled, uuid7
from ecrm_cli.core.store import Store
from ecrm_cli.core.system import PRIVATE_FILE, mode_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ecrm_cli.core.spool import append

for number in range(int(sys.argv[3])):
    append(Path(sys.argv[1]), "form", {"who": sys.argv[2], "n": number}, datetime.now(UTC))
    print(number, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A spool folder that does not exist yet."""
    return tmp_path / "spool"


def said(waiting: Pending) -> list[dict[str, Any]]:
    return [line.body for line in waiting.lines]


def put(folder: Path, *bodies: str) -> None:
    for body in bodies:
        append(folder, "form", {"body": body}, NOW)


def words(waiting: Pending) -> list[str]:
    return [line.body["body"] for line in waiting.lines]


def settle(store: Store, folder: Path) -> list[str]:
    waiting = pending(store, folder, "form")
    settled(store, "form", waiting.end)
    return words(waiting)


def test_an_appended_line_comes_back_with_its_id_and_time(store: Store, folder: Path) -> None:
    line_id = append(folder, "form", {"name": "Олег", "day": date(2026, 3, 1)}, NOW)
    (line,) = pending(store, folder, "form").lines
    assert (line.line_id, line.recorded_at) == (line_id, NOW)
    assert line.body == {"name": "Олег", "day": "2026-03-01"}
    assert UUID(line_id).version == 7


def test_a_line_is_one_line_of_json_that_only_its_owner_reads(folder: Path) -> None:
    append(folder, "form", {"text": "two\nlines\u2028"}, NOW)
    path = folder / "form.ndjson"
    assert path.read_bytes().count(b"\n") == 1
    assert json.loads(path.read_text())["body"] == {"text": "two\nlines\u2028"}
    assert mode_of(path) == PRIVATE_FILE


def test_a_settled_line_does_not_come_back(store: Store, folder: Path) -> None:
    put(folder, "a", "b")
    assert settle(store, folder) == ["a", "b"]
    assert settle(store, folder) == []
    put(folder, "c")
    assert settle(store, folder) == ["c"]


def test_the_cursor_moves_with_the_effect_or_not_at_all(store: Store, folder: Path) -> None:
    def failing_effect() -> None:
        with store.transaction():
            settled(store, "form", pending(store, folder, "form").end)
            raise ArithmeticError

    put(folder, "a")
    with pytest.raises(ArithmeticError):
        failing_effect()
    assert settle(store, folder) == ["a"]


def test_lines_can_be_settled_a_few_at_a_time(store: Store, folder: Path) -> None:
    put(folder, "a", "b", "c")
    first = pending(store, folder, "form", limit=2)
    assert words(first) == ["a", "b"]
    settled(store, "form", first.lines[0].end)
    assert settle(store, folder) == ["b", "c"]


def test_kinds_are_settled_apart(store: Store, folder: Path) -> None:
    put(folder, "a")
    append(folder, "export", {"who": "ana"}, NOW)
    settled(store, "export", pending(store, folder, "export").end)
    assert settle(store, folder) == ["a"]


def test_where_nothing_was_appended_nothing_waits(store: Store, folder: Path) -> None:
    waiting = pending(store, folder, "form")
    assert (waiting.lines, waiting.damaged) == ([], 0)
    assert waiting.start == waiting.end


def test_a_line_without_its_end_waits_for_it(store: Store, folder: Path) -> None:
    put(folder, "a", "b")
    path = folder / "form.ndjson"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert settle(store, folder) == ["a"]
    path.write_bytes(whole)
    assert settle(store, folder) == ["b"]


def test_a_torn_line_is_never_merged_into_the_next_one(store: Store, folder: Path) -> None:
    put(folder, "a", "torn")
    path = folder / "form.ndjson"
    path.write_bytes(path.read_bytes()[:-9])
    put(folder, "b")
    waiting = pending(store, folder, "form")
    assert words(waiting) == ["a", "b"]
    assert waiting.damaged == 1


@pytest.mark.parametrize(
    "damage",
    [
        b"not json\n",
        b"[1, 2]\n",
        b"{}\n",
        b"\n",
        b"\xff\xfe\x00\n",
        b'{"id": "x", "at": "2026-03-01T09:00:00Z", "body": {}}\n',
        b'{"id": "0195501c-4f40-7000-8000-000000000000", "at": "noon", "body": {}}\n',
        b'{"id": "0195501c-4f40-7000-8000-000000000000", "at": "2026-03-01", "body": 3}\n',
        b"[" * 100_000 + b"\n",
        b"x" * 3_000_000 + b"\n",
    ],
)
def test_a_damaged_line_is_skipped_and_counted(store: Store, folder: Path, damage: bytes) -> None:
    put(folder, "a")
    with (folder / "form.ndjson").open("ab") as file:
        file.write(damage)
    put(folder, "b")
    waiting = pending(store, folder, "form")
    assert words(waiting) == ["a", "b"]
    assert waiting.damaged == 1
    settled(store, "form", waiting.end)
    assert pending(store, folder, "form").damaged == 0


def test_a_damaged_first_line_hides_no_other(store: Store, folder: Path) -> None:
    folder.mkdir()
    (folder / "form.ndjson").write_bytes(b"x" * 3_000_000)
    put(folder, "a")
    assert settle(store, folder) == ["a"]
    assert settle(store, folder) == []


def test_a_new_file_in_the_place_of_a_settled_one_is_read_from_its_beginning(
    store: Store, folder: Path
) -> None:
    put(folder, "a", "b")
    settle(store, folder)
    (folder / "form.ndjson").unlink()
    put(folder, "c", "d", "e", "f")
    assert settle(store, folder) == ["c", "d", "e", "f"]


def test_a_settled_file_that_lost_its_end_hides_no_new_line(store: Store, folder: Path) -> None:
    put(folder, "a", "b", "c")
    settle(store, folder)
    path = folder / "form.ndjson"
    path.write_bytes(path.read_bytes()[:-150])
    assert settle(store, folder) == []
    put(folder, "d")
    assert settle(store, folder) == ["d"]


def test_processes_appending_at_once_lose_no_line(store: Store, folder: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name, "150"], stdout=subprocess.DEVNULL
        )
        for name in ("a", "b", "c")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    waiting = pending(store, folder, "form")
    assert waiting.damaged == 0
    for name in ("a", "b", "c"):
        assert [one["n"] for one in said(waiting) if one["who"] == name] == list(range(150))
    assert len({line.line_id for line in waiting.lines}) == 450


def test_what_a_killed_writer_was_told_is_there(store: Store, folder: Path) -> None:
    told = 0
    for name in ("a", "b", "c"):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name, "100000"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        confirmed = [int(writer.stdout.readline()) for _ in range(20)]
        os.kill(writer.pid, signal.SIGKILL)
        confirmed += [int(line) for line in writer.stdout.read().splitlines()]
        writer.wait(30)
        writer.stdout.close()
        found = [one["n"] for one in said(pending(store, folder, "form")) if one["who"] == name]
        assert found[: len(confirmed)] == confirmed
        assert len(found) <= len(confirmed) + 1
        told += len(confirmed)
    assert told >= 60


def test_a_full_disk_appends_nothing(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "a")
    before = (folder / "form.ndjson").read_bytes()

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        put(folder, "b")
    assert (folder / "form.ndjson").read_bytes() == before
    monkeypatch.undo()
    put(folder, "c")
    assert settle(store, folder) == ["a", "c"]


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite):
        append(tmp_path / "file" / "spool", "form", {}, NOW)


def test_a_line_that_is_a_file_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "LONGEST_LINE", 200)
    with pytest.raises(ValueError, match="spool line"):
        append(folder, "form", {"text": "x" * 200}, NOW)


@pytest.mark.parametrize("kind", ["", "../secret", "Form", "a b"])
def test_a_kind_is_a_plain_word(folder: Path, kind: str) -> None:
    with pytest.raises(ValueError, match="no kind"):
        append(folder, kind, {}, NOW)


def test_ids_sort_by_time() -> None:
    ids = [uuid7(NOW + timedelta(milliseconds=step)) for step in range(50)]
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert ids[0].int >> 80 == int(NOW.timestamp() * 1000)
