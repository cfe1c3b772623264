"""kill -9 at random moments of a campaign: nobody gets two messages, nobody is forgotten."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ecrm_cli.core.app import App
from ecrm_cli.core.store import Store
from ecrm_cli.outbox.settling import settle
from tests.door import NOW, Ecrm, ecrm_words, process_environment
from tests.outbox.runs import messages
from tests.real.posts import CONNECTIONS, Post, configure, lives, shop_of, until

pytestmark = pytest.mark.real

PEOPLE, KILLS = 2_000, 20
# So slowly that a machine under load starts twenty senders before everybody has their message.
SLOWLY, FAST = 12, 5_000
# What is said after the first kill is not the same as after the twentieth.
SEED = 20_261_121


@pytest.fixture
def ecrm(workspace: Path, post: Post) -> Ecrm:
    """A shop with a campaign for two thousand people, whose mail goes to that server."""
    return shop_of(workspace, post, PEOPLE, SLOWLY)


@dataclass
class Senders:
    """The sender at work, who is killed, and the second one that finds it at work."""

    ecrm: Ecrm
    post: Post
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def start(self) -> subprocess.Popen[bytes]:
        """Start a sender in a process group of its own; it goes on with what there is."""
        return subprocess.Popen(
            ecrm_words("campaign", "send", "hello", "--yes", "--json", "--wait", "60s"),
            cwd=self.ecrm.folder,
            env=process_environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_ctrl_c_is_heard,
        )

    def at_work(self) -> subprocess.Popen[bytes]:
        """Return a sender that has just sent some of what was left, but not all."""
        if self.process is None or self.process.poll() is not None:
            self.process = self.start()
        process, before = self.process, len(self.post.lines())
        wanted = before + self.chance.randint(1, 30)
        until(lambda: len(self.post.lines()) >= wanted or process.poll() is not None)
        return process

    def second(self) -> None:
        """Start another one while the first is at work: it does nothing and says so."""
        process = self.start()
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
        assert b"being sent already, by process" in said or b"was killed" in said

    def kill(self, whom: str) -> None:
        """Kill the sender alone, one of its processes, or all of them at one go."""
        process = self.at_work()
        self.second()
        children = self.children(process.pid)
        assert len(children) == CONNECTIONS
        if whom == "group":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid if whom == "parent" else self.chance.choice(children),
                    signal.SIGKILL)  # fmt: skip
        if whom != "child":
            process.communicate()
            until(lambda: not any(lives(child) for child in children))
        taken = len(self.post.lines())
        assert 0 < taken < PEOPLE, f"kill {self.kills} came too late"
        self.kills += 1

    def stop(self) -> None:
        """End the sender that is still at work the way Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.communicate(timeout=60)

    @staticmethod
    def children(pid: int) -> list[int]:
        """Return the processes that a process has started."""
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(word) for word in told.split()]


def _ctrl_c_is_heard() -> None:
    # A shell makes what it runs in the background deaf to Ctrl-C, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def senders(ecrm: Ecrm, post: Post) -> Iterator[Senders]:
    """Senders of that shop; whoever is left at the end is killed."""
    made = Senders(ecrm, post)
    yield made
    made.stop()


def finish(ecrm: Ecrm) -> dict[str, Any]:
    """Have the rest sent; return how the campaign stands."""
    answer = ecrm.process("campaign", "send", "hello", "--yes", "--json", "--wait", "60s")
    assert answer.code in (0, 5, 6), answer.stderr
    found: dict[str, Any] = ecrm("campaign", "status", "hello", "--json").json
    return found


def test_twenty_kills_send_nobody_two_messages_and_forget_nobody(senders: Senders) -> None:
    for whom in cycle(("parent", "child", "group")):
        if senders.kills == KILLS:
            break
        senders.kill(whom)
        check_counts(senders.ecrm)
    senders.stop()
    configure(senders.ecrm.folder, senders.post, FAST)
    found = finish(senders.ecrm)
    assert found["state"] == "finished"
    assert (found["queued"], found["sending"], found["deferred"]) == (0, 0, 0)
    check_post(senders.ecrm, senders.post)
    assert found["unknown"] <= CONNECTIONS * KILLS


def check_counts(ecrm: Ecrm) -> None:
    """Check that the counts add up, whatever happened to the sender."""
    counts = ecrm("campaign", "status", "hello", "--json", "--wait", "60s").json
    names = ("queued", "sending", "sent", "deferred", "failed", "unknown", "skipped")
    assert counts["audience"] == sum(counts[name] for name in names) == PEOPLE


def check_post(ecrm: Ecrm, post: Post) -> None:
    """Check what arrived against what the book says."""
    lines = post.lines()
    taken = [line.split()[0] for line in lines]
    assert len(set(taken)) == len(taken), "somebody got two"
    assert len({line.split()[1] for line in lines}) == len(lines), "a Message-ID came twice"
    book: dict[str, set[str]] = {}
    for row in ecrm("campaign", "recipients", "hello", "--json").json:
        book.setdefault(row["status"], set()).add(row["email"])
    said = {status: book.get(status, set()) for status in ("sent", "unknown", "failed", "skipped")}
    assert said["sent"] <= set(taken)
    assert set(taken) - said["sent"] <= said["unknown"]
    everybody = {f"p{number}@example.org" for number in range(PEOPLE)}
    assert set(taken) | said["unknown"] | said["failed"] | said["skipped"] == everybody


def test_after_a_power_cut_all_that_was_not_yet_on_the_disk_is_in_doubt(
    senders: Senders, post: Post, app: App
) -> None:
    process = senders.at_work()
    # Half a second is how often what was done is brought to the disk.
    until(lambda: any(_synced(path) for path in app.workspace.journal.glob("*.ndjson")))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    known = {path: _synced(path) for path in app.workspace.journal.glob("*.ndjson")}
    answered: set[int] = set()
    for path, size in known.items():
        # What the disk would hold after the power went: up to the last sync, and not a byte more.
        kept = path.read_bytes()[:size]
        path.write_bytes(kept)
        lines = [json.loads(line) for line in kept.splitlines()]
        answered |= {line["a"] for line in lines if "a" in line}
    with app.writing() as store:
        claimed = {row["message_id"] for row in messages(store, 1) if row["status"] == "sending"}
        with patch("ecrm_cli.outbox.settling.boot_id", lambda: "the next start"):
            _settle(store, app)
        after = {row["message_id"]: row["status"] for row in messages(store, 1)}
    assert claimed, "nothing was on its way"
    assert {after[number] for number in claimed & answered} <= {"sent"}
    assert {after[number] for number in claimed - answered} == {"unknown"}
    configure(senders.ecrm.folder, post, FAST)
    assert finish(senders.ecrm)["state"] == "finished"
    check_post(senders.ecrm, post)


def _synced(path: Path) -> int:
    """Return how many bytes of a journal were on the disk for certain."""
    lines = (line for line in path.read_bytes().split(b"\n")[:-1] if b'"y"' in line)
    return max((int(json.loads(line)["y"]) for line in lines), default=0)


def _settle(store: Store, app: App) -> None:
    for path in settle(store, NOW, app.workspace.journal):
        path.unlink()
