"""The chain's arithmetic: what each entry's digest and link are made of."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

START = "0" * 64


def digest(nonce: str, payload: str) -> str:
    """Return the SHA-256 of nonce and payload; both can go and the digest still stands."""
    return hashlib.sha256(f"{nonce}\n{payload}".encode()).hexdigest()


def link(
    previous: str, entry_id: int, occurred_at: datetime, actor: str, command: str, of: str
) -> str:
    """Return the chain value of an entry: its open fields, its digest and the link before it."""
    moment = occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (previous, str(entry_id), moment, actor, command, of)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
