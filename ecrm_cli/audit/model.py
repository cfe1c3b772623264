"""The chain's arithmetic: what each entry's digest and link are made of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64


def digest(nonce: str, payload: str) -> str:
    """Return the SHA-256 of nonce and payload; both can go and the digest still stands."""
    return hashlib.sha256(f"{nonce}\n{payload}".encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """The open fields of an entry; ``digest`` stands for what it says."""

    entry_id: int
    occurred_at: datetime
    actor: str
    command: str
    digest: str


def link(previous: str, entry: Entry) -> str:
    """Return the chain value of an entry: its open fields after the link before it."""
    moment = entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (previous, entry.entry_id, moment, entry.actor, entry.command, entry.digest)
    # As JSON no field can pose as the end of another.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
