"""What happens to a campaign on disks that are full: run in a mount namespace of its own.

``python -m tests.real.small_disks SCENARIO WORKSPACE POST`` prints what was seen, as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.door import ecrm_words, process_environment

Seen = dict[str, Any]


def mount(folder: Path, kilobytes: int) -> None:
    """Put a small disk over a folder."""
    options = f"size={kilobytes}k,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that a disk has left; return the file that takes it."""
    filler = folder / "filler"
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while True:
            os.write(handle, b"\0" * 4096)
    except OSError:
        return filler
    finally:
        os.close(handle)


def ecrm(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        ecrm_words("-C", str(workspace), *words, "--json"),
        env=process_environment({}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def send(workspace: Path) -> Seen:
    """Send, and tell how it ended and how the campaign stands then."""
    ran = ecrm(workspace, "campaign", "send", "hello", "--yes")
    return ended(workspace, ran.returncode, ran.stderr)


def ended(workspace: Path, code: int, stderr: str) -> Seen:
    """Return what was seen of a command that has ended."""
    told = json.loads(stderr.splitlines()[-1]) if code else {}
    status = ecrm(workspace, "campaign", "status", "hello")
    return {
        "code": code,
        "error": told.get("error"),
        "status": json.loads(status.stdout) if status.returncode == 0 else None,
    }


def maildir(workspace: Path, post: Path) -> list[Seen]:
    """The folder that mail goes to is on a disk that becomes full, then has room again."""
    outbox = workspace / "outbox"
    mount(outbox, 400)
    seen = [send(workspace)]
    seen[0]["kept"] = len(list(outbox.glob("new/*")))
    seen[0]["drafts"] = len(list(outbox.glob("tmp/*")))
    subprocess.run(["mount", "-o", "remount,size=8m", str(outbox)], check=True)
    seen.append(send(workspace))
    seen[1]["kept"] = len(list(outbox.glob("new/*")))
    return seen


def journal(workspace: Path, post: Path) -> list[Seen]:
    """The journals are on a disk with room for a part of a batch; then on a full one."""
    folder = workspace / ".ecrm" / "journal"
    folder.mkdir(exist_ok=True)
    mount(folder, 32)
    filler = fill(folder)
    seen = [send(workspace)]
    filler.unlink()
    return [*seen, send(workspace)]


def database(workspace: Path, post: Path) -> list[Seen]:
    """The whole workspace is on a disk that becomes full while mail is on its way."""
    shop = workspace.with_name("disk")
    shop.mkdir()
    mount(shop, 65_536)
    subprocess.run(["cp", "-a", f"{workspace}/.", str(shop)], check=True)
    taken = post / "taken"
    with subprocess.Popen(
        ecrm_words("-C", str(shop), "campaign", "send", "hello", "--yes", "--json"),
        env=process_environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not taken.exists() or len(taken.read_text().splitlines()) < 5:
            assert process.poll() is None
            time.sleep(0.01)
        filler = fill(shop)
        _, stderr = process.communicate(timeout=120)
    filler.unlink()
    return [ended(shop, process.returncode, stderr), send(shop)]


SCENARIOS: dict[str, Callable[[Path, Path], list[Seen]]] = {
    "maildir": maildir,
    "journal": journal,
    "database": database,
}


if __name__ == "__main__":
    scenario, workspace, post = sys.argv[1:]
    sys.stdout.write(json.dumps(SCENARIOS[scenario](Path(workspace), Path(post))))
