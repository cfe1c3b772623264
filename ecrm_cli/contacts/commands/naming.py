"""How a command line names a contact: e-mail, phone, card, order number, id, ref or name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ecrm_cli.contacts import ops
from ecrm_cli.core.app import App
from ecrm_cli.core.store import Store
from ecrm_cli.orders import ops as orders


def contact_named(app: App, store: Store, words: str) -> int:
    """Return the id of the one contact that ``words`` names; raises NotFound or Ambiguous."""
    if words.startswith("order:"):
        return orders.contact_of(store, words.removeprefix("order:"))
    return ops.resolve(store, words, app.settings.business.country)


def piped(words: Sequence[str]) -> list[str]:
    """Return the names on stdin, one a line, where ``-`` is among the words.

    Call it before the store is opened: what writes into the pipe may be an ecrm that has it open.
    """
    return [line.strip() for line in sys.stdin if line.strip()] if "-" in words else []


def with_piped(words: Sequence[str]) -> list[str]:
    """Return the words with the names on stdin in place of ``-``; see ``piped``."""
    return [*(word for word in words if word != "-"), *piped(words)]
