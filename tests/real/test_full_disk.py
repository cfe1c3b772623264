"""An import onto a disk that is full: its sentence, its code, and a database as it was before."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.door import ecrm_words, process_environment

pytestmark = pytest.mark.real

# A mount of one's own: as root, or where that is refused as root of a namespace of one's own.
NAMESPACES = (["unshare", "-m"], ["unshare", "-rm"])
PEOPLE = 60_000


@cache
def namespace(folder: Path) -> list[str]:
    """Return the words that start a command which may mount a tmpfs on ``folder``."""
    for words in NAMESPACES:
        mount = [*words, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            return words
    pytest.skip("neither mount nor unshare -rm is allowed here")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of contacts that takes more room than the small disks below have."""
    path = tmp_path_factory.mktemp("people") / "people.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("email,first_name,last_name,city\n")
        file.writelines(
            f"person{number}@example.org,Given{number * 7919},Family{number},City{number}\n"
            for number in range(PEOPLE)
        )
    return path


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder to mount the small disk on."""
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def script(disk: Path, workspace: Path, people: Path, room: int) -> str:
    """Return what happens on the disk: the workspace with ``room`` KiB left, and the import."""
    ecrm = shlex.join(ecrm_words("-C", disk / "shop", "import", "contacts", people, "--json"))
    dump = f"{shlex.join(ecrm_words()[:1])} -m tests.dump {shlex.quote(str(disk))}/shop/crm.duckdb"
    return f"""
        set -e
        mount -t tmpfs -o size=64m tmpfs {shlex.quote(str(disk))}
        cp -r {shlex.quote(str(workspace))} {shlex.quote(str(disk))}/shop
        left=$(df -k --output=avail {shlex.quote(str(disk))} | tail -n 1)
        head -c $(( (left - {room}) * 1024 )) /dev/zero > {shlex.quote(str(disk))}/filler
        {dump} > before
        ended=0; {ecrm} > out 2> err || ended=$?
        echo $ended > first
        {dump} > after
        rm {shlex.quote(str(disk))}/filler
        ended=0; {ecrm} > out2 2> err2 || ended=$?
        echo $ended > second
        {dump} > later
    """


@pytest.mark.parametrize("room", [16, 1_000, 2_000, 2_800], ids=lambda room: f"{room} KiB left")
def test_an_import_onto_a_full_disk_changes_nothing_and_says_so(
    disk: Path, workspace: Path, people: Path, tmp_path: Path, room: int
) -> None:
    words = [*namespace(disk), "sh", "-c", script(disk, workspace, people, room)]
    environment = process_environment({"TMPDIR": str(tmp_path)})
    subprocess.run(words, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, check=True)
    said = {
        name: (tmp_path / name).read_text() for name in ("first", "out", "err", "second", "out2")
    }
    assert said["first"].strip() == "7", said
    assert said["out"] == ""
    error = json.loads(said["err"].splitlines()[-1])["error"]
    assert (error["code"], error["kind"]) == (7, "disk-full")
    assert "no space left" in error["message"]
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
    assert said["second"].strip() == "0", said
    assert json.loads(said["out2"])["added"] == PEOPLE
    assert len(json.loads((tmp_path / "later").read_text())["contact"]) == PEOPLE


def test_the_disk_is_a_small_one_of_its_own(disk: Path, tmp_path: Path) -> None:
    look = (
        f"mount -t tmpfs -o size=1m tmpfs {shlex.quote(str(disk))}; df -k {shlex.quote(str(disk))}"
    )
    ran = subprocess.run(
        [*namespace(disk), "sh", "-c", look], capture_output=True, text=True, check=True
    )
    assert " 1024 " in ran.stdout
    assert os.statvfs(disk).f_blocks * os.statvfs(disk).f_frsize > 1_048_576
