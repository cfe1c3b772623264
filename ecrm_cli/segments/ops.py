"""Segments asked: counted, listed member by member, chosen for other commands, checked."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.store import Row, Store
from ecrm_cli.segments import library
from ecrm_cli.segments.compiler import compile_rule
from ecrm_cli.segments.model import Asking, Rule

ALL = "all"


def named(asking: Asking, name: str) -> Rule:
    """Return a segment's rule. Raises NotFound with close names, DataError with its place."""
    return library.named(asking.folder, name)


def count(store: Store, rule: Rule, asking: Asking) -> int:
    """Return how many contacts a rule means."""
    compiled = compile_rule(rule.part, asking)
    statement = compiled.statement("count")
    row = store.one(statement, **compiled.parameters(statement))
    return int(row["members"]) if row else 0


def choose(store: Store, rule: Rule, asking: Asking) -> None:
    """Fill the table ``chosen_contact`` with the members: what bulk statements work on."""
    contacts.choose(store, [])
    compiled = compile_rule(rule.part, asking)
    statement = compiled.statement("choose")
    store.run(statement, **compiled.parameters(statement))


def members(store: Store, rule: Rule, asking: Asking) -> Iterator[Row]:
    """Yield the members in the shape of the contact list, ordered by id."""
    choose(store, rule, asking)
    return contacts.chosen_pages(store)
