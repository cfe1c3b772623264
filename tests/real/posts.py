"""The other side of a campaign: a mail server in a process of its own, and a shop that uses it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.door import Ecrm

CONNECTIONS = 4
CAMPAIGN = """
subject: "Hello {{ contact.given_name }}"
template: offer.html.j2
segment: everybody
topic: offers
"""


def until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@dataclass
class Post:
    """The other side: what it has taken, in order."""

    folder: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return int((self.folder / "port").read_text())

    def lines(self) -> list[str]:
        """Return ``recipient Message-ID`` of every message."""
        book = self.folder / "taken"
        return book.read_text().splitlines() if book.exists() else []


def configure(workspace: Path, post: Post, per_second: float, **more: object) -> None:
    """Write the settings of a shop whose mail goes to that server; ``more`` is about mail."""
    settings = {
        "mail": {
            "transport": "smtp", "from": "Corner Coffee <shop@example.com>",
            "smtp": {"host": "127.0.0.1", "port": post.port, "security": "none", "timeout": 20},
            **more,
        },
        "pace": {"per_second": per_second, "connections": CONNECTIONS},
    }  # fmt: skip
    (workspace / "config.yaml").write_text(json.dumps(settings))


def shop_of(workspace: Path, post: Post, people: int, per_second: float, **more: object) -> Ecrm:
    """Return a shop with the campaign ``hello`` for so many people who agreed to it."""
    configure(workspace, post, per_second, **more)
    (workspace / "segments" / "everybody.yaml").write_text("all: []\n")
    (workspace / "campaigns" / "hello.yaml").write_text(CAMPAIGN)
    file = workspace / "people.csv"
    with file.open("w") as book:
        book.write("email,first_name\n")
        book.writelines(f"p{number}@example.org,G{number}\n" for number in range(people))
    ecrm = Ecrm(workspace)
    consent = ("--consent-topic", "offers", "--consent-basis", "consent")
    brought = ecrm("import", "contacts", file, *consent, "--json")
    assert brought.json["added"] == people, brought.stderr
    return ecrm
