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


def contacts_named(app: App, store: Store, words: Sequence[str]) -> list[int]:
    """Return the ids of the contacts named, in order; ``-`` reads them from stdin, one a line."""
    named: list[str] = []
    for word in words:
        named += [line.strip() for line in sys.stdin if line.strip()] if word == "-" else [word]
    return [contact_named(app, store, word) for word in named]
