"""Segments asked: counted, listed member by member, chosen for other commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.calendar import local_day, read_day
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Row, Store
from ecrm_cli.orders.gaps import Gap
from ecrm_cli.segments import library, ranking
from ecrm_cli.segments.compiler import compile_rule
from ecrm_cli.segments.conditions import catalogue
from ecrm_cli.segments.model import Asking, Rule, leaves
from ecrm_cli.segments.rhythm import with_gap
from ecrm_cli.segments.wording import words_of

if TYPE_CHECKING:
    from ecrm_cli.core.app import App

# What has no history of its own but the record of changes.
PROFILE = frozenset({"contacts.profile", "contacts.birthday", "contacts.attribute", "contacts.has"})


def asking_of(app: App, as_of: str | None = None) -> Asking:
    """Return the workspace's terms; ``as_of`` is a day, today when it is left out.

    Raises BadDay.
    """
    business = app.settings.business
    return Asking(
        as_of=read_day(as_of) if as_of else local_day(app.now, business.timezone),
        zone=business.timezone,
        currency=business.currency,
        folder=app.workspace.segments,
        lapse=app.settings.retention.days,
    )


def named(asking: Asking, name: str) -> Rule:
    """Return a segment's rule. Raises NotFound with close names, DataError with its place."""
    return library.named(asking.folder, name)


def count(store: Store, rule: Rule, asking: Asking) -> int:
    """Return how many contacts a rule means."""
    compiled = compile_rule(rule.part, with_gap(store, asking, [rule.part]))
    statement = compiled.statement("count")
    row = store.one(statement, **compiled.parameters(statement))
    return int(row["members"]) if row else 0


def choose(store: Store, rule: Rule, asking: Asking) -> None:
    """Fill the table ``chosen_contact`` with the members: what bulk statements work on."""
    contacts.choose(store, [])
    compiled = compile_rule(rule.part, with_gap(store, asking, [rule.part]))
    statement = compiled.statement("choose")
    store.run(statement, **compiled.parameters(statement))


def members(store: Store, rule: Rule, asking: Asking) -> Iterator[Row]:
    """Yield the members in the shape of the contact list, ordered by id."""
    choose(store, rule, asking)
    return contacts.chosen_pages(store)


def is_member(store: Store, rule: Rule, asking: Asking, contact_id: int) -> bool:
    """Return whether one contact is meant by a rule."""
    compiled = compile_rule(rule.part, with_gap(store, asking, [rule.part]), "leaf_of_one")
    statement = compiled.statement("explain")
    found = store.one(statement, **compiled.parameters(statement, contact_id=contact_id)) or {}
    return bool(found["known"] and found["holds"])


def of_contact(store: Store, asking: Asking, contact_id: int) -> list[str]:
    """Return the names of the segments that a contact is in; broken ones are left out."""
    read = (library.reading(asking.folder, name).rule for name in library.names(asking.folder))
    rules = [rule for rule in read if rule is not None]
    asking = with_gap(store, asking, (rule.part for rule in rules))
    return [rule.name or "" for rule in rules if is_member(store, rule, asking, contact_id)]


def listed(store: Store, asking: Asking) -> tuple[list[Row], Gap | None]:
    """Return every segment of the workspace: segment, count, description, why, problem.

    A segment that cannot be asked has no count; ``problem`` says why. With them comes the shop's
    gap, where one is asked by it.
    """
    found = [library.reading(asking.folder, name) for name in library.names(asking.folder)]
    rules = (read.rule.part for read in found if read.rule is not None)
    asking = with_gap(store, asking, rules)
    rows = [
        {
            "segment": read.name,
            "count": None if read.rule is None else count(store, read.rule, asking),
            "description": read.description,
            "why": read.why,
            "problem": _said(read.problems[0]) if read.problems else None,
        }
        for read in found
    ]
    return rows, asking.gap


def _said(problem: DataError) -> str:
    return f"{problem.place}: {problem.message}" if str(problem.place) else problem.message


def shown(asking: Asking, name: str) -> Row:
    """Return a segment as it is written: segment, file, description, why, conditions, text.

    Raises NotFound, DataError.
    """
    rule = named(asking, name)
    asked = dict.fromkeys(leaf.field for leaf in leaves(rule.part))
    return {
        "segment": name,
        "file": rule.label,
        "description": rule.description,
        "why": rule.why,
        "conditions": list(asked),
        "text": rule.text,
    }


def fields() -> list[Row]:
    """Return everything that can be asked: field, takes, words, about, example."""
    return [
        {
            "field": field.name,
            "takes": condition.takes,
            "words": words_of(field.name),
            "about": field.about,
            "example": field.example,
        }
        for condition in dict.fromkeys(catalogue().values())
        for field in condition.fields
    ] + [
        {
            "field": ranking.TOP,
            "takes": "share",
            "words": ranking.words(),
            "about": ranking.ABOUT,
            "example": ranking.EXAMPLE,
        }
    ]


def note_on_history(rule: Rule, asking: Asking, today: date) -> str:
    """Return what must be said of a question about the past, or nothing.

    Profile fields are known as they were where a change was recorded.
    """
    asked = dict.fromkeys(
        leaf.field for leaf in leaves(rule.part) if leaf.condition.query.name in PROFILE
    )
    if asking.as_of >= today or not asked:
        return ""
    return (
        f"As of {asking.as_of}; {', '.join(asked)} as it was then where a change is on record, "
        "else as of today."
    )
