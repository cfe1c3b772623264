"""A campaign meets a full disk: it says so, and nobody gets two messages or is forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.door import Ecrm, process_environment
from tests.real.posts import CONNECTIONS, Post, shop_of
from tests.real.small_disks import Seen
from tests.real.test_full_disk import namespace

pytestmark = pytest.mark.real

PEOPLE = 200


def seen_in(scenario: str, ecrm: Ecrm, post: Post, scratch: Path) -> list[Seen]:
    """Run a scenario in a namespace of its own and return what was seen there."""
    (scratch / "try").mkdir()
    words = [*namespace(scratch / "try"), sys.executable, "-m", "tests.real.small_disks"]
    ran = subprocess.run(
        [*words, scenario, str(ecrm.folder), str(post.folder)],
        env=process_environment({}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen: list[Seen] = json.loads(ran.stdout)
    return seen


def said_full(seen: Seen) -> None:
    """Check that a command ended because the disk was full, and said so."""
    assert seen["code"] == 7, seen
    assert "no space left" in seen["error"]["message"]


def each_once(post: Post, unknown: int) -> None:
    """Check what arrived: nobody twice, and all but those in doubt."""
    taken = [line.split()[0] for line in post.lines()]
    assert len(set(taken)) == len(taken)
    assert PEOPLE - unknown <= len(taken) <= PEOPLE


def test_a_full_maildir_keeps_whole_messages_and_the_rest_waits(
    workspace: Path, post: Post, tmp_path: Path
) -> None:
    full, later = seen_in(
        "maildir", shop_of(workspace, post, PEOPLE, 5_000, transport="folder"), post, tmp_path
    )
    said_full(full)
    assert 0 < full["status"]["sent"] == full["kept"] < PEOPLE
    assert full["status"]["queued"] == PEOPLE - full["kept"]
    assert full["drafts"] == 0
    assert (later["code"], later["status"]["sent"], later["kept"]) == (0, PEOPLE, PEOPLE)


def test_a_full_disk_under_the_journals_loses_no_answer(
    workspace: Path, post: Post, tmp_path: Path
) -> None:
    full, later = seen_in("journal", shop_of(workspace, post, PEOPLE, 5_000), post, tmp_path)
    said_full(full)
    assert full["status"]["queued"] == PEOPLE
    # Room for forty lines or so: what no journal took was told, and the rest was claimed again.
    assert later["code"] == 0
    assert (later["status"]["sent"], later["status"]["unknown"]) == (PEOPLE, 0)
    each_once(post, 0)


def test_a_full_disk_under_the_database_leaves_at_most_a_message_a_connection_in_doubt(
    workspace: Path, post: Post, tmp_path: Path
) -> None:
    full, later = seen_in("database", shop_of(workspace, post, PEOPLE, 20), post, tmp_path)
    said_full(full)
    assert later["code"] in (0, 6)
    counts = later["status"]
    assert counts["unknown"] <= CONNECTIONS
    assert counts["sent"] + counts["unknown"] == PEOPLE
    each_once(post, counts["unknown"])
