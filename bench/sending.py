"""What sending costs: frozen, rendered, handed over and settled, beside others on the same sink."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.mailmerge import NoMailmerge, merged
from bench.process import CommandFailed, Usage, ecrm, measured, python, watched
from bench.sink import NoSink, Sink, sink_open, source

CONNECTIONS = 4
SMALL, MIDDLE = 1_000, 100_000
# Its rate does not depend on how many, and it takes its time.
MERGED = 2_000
# How many smtp-source sends each time it is measured.
ROUND = 10_000
FREEZE_SECONDS, FREEZE_MIB, SENDING_MIB = 10.0, 512.0, 200.0
CAMPAIGN = {
    "subject": "{{ contact.given_name or 'Hello' }}, something new",
    "template": "offer.html.j2",
    "segment": "everybody",
    "topic": "offers",
}


@dataclass(frozen=True)
class Sent:
    """One campaign sent: how many, and what freezing and sending took."""

    people: int
    frozen: Usage
    sent: Usage
    parts: dict[str, str]
    size: int

    @property
    def rate(self) -> float:
        """How many messages a second left."""
        return self.people / self.sent.wall


def sending(folder: Path, lists: dict[int, Path]) -> Iterator[Figure | str]:
    """Measure campaigns to each of ``lists`` (people to file).

    Yields figures, and in words what could not be measured.
    """
    largest = max(lists)
    try:
        with sink_open() as sink:
            done, theirs = {}, []
            for people in lists:
                done[people] = _campaign(folder, lists[people], people, sink)
                # Before the largest and after it: what else the machine does changes.
                theirs += [source(sink, ROUND, done[people].size, CONNECTIONS) for _ in range(2)]
            yield from _memory(done)
            yield _pace(done[largest], median(theirs), sink)
            yield from _beside_mailmerge(folder, lists, done[largest], sink)
    except NoSink as missing:
        yield f"sending is not measured: {missing}"


def _memory(done: dict[int, Sent]) -> Iterator[Figure]:
    largest = done[max(done)]
    named, busy = f"freezing of {largest.people:,}", f"{largest.frozen.cpu:.1f} s CPU"
    name = f"{named} ({busy}) / {FREEZE_SECONDS:.0f} s"
    yield Figure(name, 1, largest.frozen.wall, FREEZE_SECONDS)
    yield Figure(
        f"{named}, memory / {FREEZE_MIB:.0f} MiB", 1, largest.frozen.memory, FREEZE_MIB, "MiB"
    )
    for people, sent in done.items():
        name = f"sending to {people:,}, all processes / {SENDING_MIB:.0f} MiB"
        yield Figure(name, 1, sent.sent.memory, SENDING_MIB, "MiB PSS")


def _pace(ours: Sent, theirs: float, sink: Sink) -> Figure:
    kept = source(sink, ROUND, ours.size, CONNECTIONS, keep_open=True)
    name = f"sending to {ours.people:,} / smtp-source -s {CONNECTIONS} (with -d: {kept:,.0f})"
    return Figure(name, 0.5, ours.rate, theirs, "a second", least=True)


def _beside_mailmerge(
    folder: Path, lists: dict[int, Path], ours: Sent, sink: Sink
) -> Iterator[Figure | str]:
    amount = min(MERGED, ours.people)
    try:
        theirs = merged(folder, lists[ours.people], amount, sink, ours.parts)
    except NoMailmerge as missing:
        yield f"mailmerge is not measured: {missing}"
        return
    name = f"sending to {ours.people:,} / mailmerge to {amount:,} of them"
    yield Figure(name, 5, ours.rate, theirs, "a second", least=True)


def _campaign(folder: Path, people_file: Path, people: int, sink: Sink) -> Sent:
    """Import a list, freeze a campaign to all of it, send it; the sink must have them all."""
    shop = folder / f"mail-{people}"
    measured(ecrm("init", shop.name, "--yes", "--country", "RS"), folder)
    (shop / "segments" / "everybody.yaml").write_text("all: []\n")
    (shop / "campaigns" / "hello.yaml").write_text(json.dumps(CAMPAIGN))
    agreed = ("--consent-topic", "offers", "--consent-basis", "consent")
    measured(ecrm("import", "contacts", str(people_file), *agreed), shop)
    parts, size = _one(shop)
    _configure(shop, {"transport": "smtp", "smtp": sink.as_settings()})
    frozen = measured(python("-m", "bench.freeze", "hello"), shop)
    sent, said = watched(ecrm("campaign", "send", "hello", "--yes", "--json"), shop)
    if (arrived := json.loads(said)["sent"]) != people:
        raise CommandFailed(f"campaign send: {arrived} of {people} were sent")
    shutil.rmtree(shop)
    return Sent(people, frozen, sent, parts, size)


def _one(shop: Path) -> tuple[dict[str, str], int]:
    """Return one message: its two parts as mailmerge writes them, and how many bytes it has."""
    _configure(shop, {"transport": "folder"})
    measured(ecrm("campaign", "preview", "hello", "--json"), shop)
    seen = json.loads((shop / "said.txt").read_text())
    parts = {
        kind: re.sub(r"Hello \w+,", "Hello {{first_name}},", seen[kind])
        for kind in ("text", "html")
    }
    measured(ecrm("campaign", "test", "hello", "--to", "owner@example.com"), shop)
    return parts, next((shop / "outbox" / "new").iterdir()).stat().st_size


def _configure(shop: Path, mail: dict[str, object]) -> None:
    settings = {
        "mail": {"from": "Corner Coffee <shop@example.com>", **mail},
        "pace": {"per_second": 10_000, "connections": CONNECTIONS},
    }
    # JSON is YAML.
    (shop / "config.yaml").write_text(json.dumps(settings))
