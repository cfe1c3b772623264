"""What is wrong with segments, and what is likely to be a slip, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Row, Store
from ecrm_cli.segments import library
from ecrm_cli.segments.compiler import compile_rule
from ecrm_cli.segments.model import Asking, Leaf, leaves
from ecrm_cli.segments.operators import Compared

TOPIC, EVERY_TOPIC = "topic", "all"
# Tests that a word which nobody has can never meet.
_EXACT = ("text_eq", "text_in")


def findings(
    store: Store, asking: Asking, names: Sequence[str], topics: Sequence[str]
) -> list[Row]:
    """Return what is wrong with segments: rule, severity, message, hint, examples.

    An error is a rule that cannot be asked; a warning a word that nobody in the book has, or a
    topic that is not among ``topics``. Raises NotFound for a segment that is not there.
    """
    found: list[Row] = []
    for name in names:
        read = library.reading(asking.folder, name)
        found += [_error(problem) for problem in read.problems]
        if read.rule is not None:
            for leaf in dict.fromkeys(leaves(read.rule.part)):
                found += [_warning(leaf, *slip, read.label) for slip in _topics(leaf, topics)]
                found += [
                    _warning(leaf, *slip, read.label) for slip in _unseen(store, leaf, asking)
                ]
    # A segment that several others name would say the same several times.
    return [finding for number, finding in enumerate(found) if finding not in found[:number]]


def _topics(leaf: Leaf, known: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    topic = dict(leaf.arguments).get(TOPIC)
    if topic is not None and topic not in (*known, EVERY_TOPIC):
        yield f"{topic!r} is no topic of config.yaml", get_close_matches(topic, known)


def _unseen(store: Store, leaf: Leaf, asking: Asking) -> Iterator[tuple[str, list[str]]]:
    """Yield each word that no contact has, with the nearest that some have."""
    # Words that a condition chooses from were checked when the rule was read.
    chosen = leaf.condition.takes not in ("text", "word") or leaf.condition.value is not None
    if chosen or not contacts.count(store):
        return
    compiled = compile_rule(leaf, asking)
    statement = compiled.nearest(leaf)
    for wanted in _words(leaf):
        values = compiled.parameters(statement, wanted=wanted)
        near = [str(row["seen"]) for row in store.rows(statement, **values)]
        if wanted.lower() not in (word.lower() for word in near):
            yield f"nobody in the book has {wanted!r}", get_close_matches(wanted, near)


def _words(leaf: Leaf) -> Iterator[str]:
    for test in leaf.tests:
        if isinstance(test, Compared) and test.piece in _EXACT:
            value = dict(test.values)["value"]
            yield from value if isinstance(value, tuple) else (str(value),)


def _error(problem: DataError) -> Row:
    place = problem.place
    spot = ":".join(str(part) for part in (place.file, place.line) if part is not None)
    return {
        "rule": problem.kind,
        "severity": "error",
        "message": f"{place.key}: {problem.message}" if place.key else problem.message,
        "hint": problem.hint or None,
        "examples": [spot] if spot else [],
    }


def _warning(leaf: Leaf, said: str, near: Sequence[str], label: str) -> Row:
    return {
        "rule": "unknown-word",
        "severity": "warning",
        "message": f"{leaf.field}: {said}.",
        "hint": f"Did you mean {' or '.join(near)}?" if near else None,
        "examples": [label],
    }


def line(finding: Row) -> str:
    """Return a finding for a person to read."""
    spot = ", ".join([*finding["examples"], finding["message"]])
    return f"{finding['severity'].title()}: {spot} {finding['hint'] or ''}".rstrip()
