"""A claim: the next messages of a run taken, with all that is needed to render them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ecrm_cli.core.store import Row, Store
from ecrm_cli.core.system import boot_id
from ecrm_cli.outbox.journal import Claim, open_journals
from ecrm_cli.outbox.model import Outgoing, Recipient
from ecrm_cli.outbox.ops import run

LARGEST = 2_000
# A claim is small enough that the counts move, and that little is in doubt after a power cut.
SECONDS_OF_WORK = 10


@dataclass(frozen=True)
class Batch:
    """What was claimed; ``journals`` are as many as the parts it is dealt into."""

    claim: Claim
    outgoing: Outgoing
    recipients: list[Recipient]
    journals: list[Path]

    def part(self, number: int) -> list[Recipient]:
        """Return the recipients of one part, counted from 0."""
        return self.recipients[number :: self.claim.parts]


@dataclass(frozen=True)
class Portion:
    """How much is claimed at once, into how many parts, and where the journals stand."""

    amount: int
    parts: int
    folder: Path


def size_of(per_second: float, connections: int) -> int:
    """Return how many messages are claimed at once."""
    return int(min(LARGEST, max(connections, per_second * SECONDS_OF_WORK)))


def next_run(store: Store, now: datetime, run_id: int) -> int:
    """Return the run to claim from: service mail that is due, else ``run_id``."""
    for row in store.rows("outbox.service_runs"):
        due = store.one("outbox.due", run_id=row["run_id"], now=now, amount=1)
        if due and due["messages"]:
            return int(row["run_id"])
    return run_id


def claim(store: Store, now: datetime, run_id: int, portion: Portion) -> Batch | None:
    """Take the next messages that are due; None when there are none or the run does not go on.

    Whoever may not be written to any more is skipped. A batch may be empty for that reason.
    """
    with store.transaction():
        frozen = run(store, run_id)
        due = store.one("outbox.due", run_id=run_id, now=now, amount=portion.amount)
        if frozen["state"] != "running" or due is None or not due["messages"]:
            return None
        parts = min(portion.parts, due["messages"])
        taken = Claim(store.take_ids("claim") + 1, run_id, parts, boot_id())
        journals = open_journals(portion.folder, taken)
        span = {"run_id": run_id, "first": due["first"], "last": due["last"],
                "sender_id": taken.sender_id}  # fmt: skip
        store.run("outbox.claim", **span, now=now)
        ends = {"lowest": due["lowest"], "highest": due["highest"]}
        store.run("outbox.lapse", **span, **ends, topic=frozen["topic"])
        rows = store.rows("outbox.claimed", **span, **ends, amount=portion.amount)
    return Batch(taken, outgoing_of(frozen), [_recipient(row) for row in rows], journals)


def outgoing_of(row: Row) -> Outgoing:
    """Return a run as it was frozen, out of its row."""
    return Outgoing(
        kind=row["kind"],
        name=row["name"],
        topic=row["topic"],
        sender=row["sender"],
        subject=row["subject"],
        html=json.loads(row["html"]),
        txt=json.loads(row["txt"]),
        transport=row["transport"],
        place=row["place"],
        message_key=row["message_key"],
    )


def _recipient(row: Row) -> Recipient:
    own = ("message_id", "seq", "address", "language", "variant", "mime_id", "context")
    contact: Mapping[str, Any] = {name: row[name] for name in row if name not in own}
    return Recipient(
        message_id=row["message_id"],
        seq=row["seq"],
        contact={**contact, "attributes": json.loads(row["attributes"] or "{}")},
        address=row["address"],
        language=row["language"],
        variant=row["variant"],
        mime_id=row["mime_id"],
        context=json.loads(row["context"] or "{}"),
    )
