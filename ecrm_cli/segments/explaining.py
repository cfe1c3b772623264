"""Why somebody is in a segment or not: the rule's own tree with an answer at every leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ecrm_cli.core.formats import plain, shown
from ecrm_cli.core.store import Row, Store
from ecrm_cli.orders.gaps import Gap
from ecrm_cli.segments.compiler import Compiled, compile_rule
from ecrm_cli.segments.model import All, AnyOf, Asking, Leaf, Named, Not, Part, Rule
from ecrm_cli.segments.rhythm import with_gap, words


def explain(store: Store, rule: Rule, asking: Asking, contact_id: int) -> Row:
    """Return whether one contact is a member, and why.

    segment, contact, as_of, known (in the book by then), member, conditions: the top of the tree.
    Each part has ``condition`` (a field, or all, any, not, segment) and ``met``; a field's has
    ``rule`` as it is written and ``seen``, the others ``conditions``. ``gap`` is the shop's, where
    the rule is asked by it: usual, lapsing, lapsed (days), returns, origin.
    """
    asking = with_gap(store, asking, [rule.part])
    compiled = compile_rule(rule.part, asking, "leaf_of_one")
    statement = compiled.statement("explain")
    found = store.one(statement, **compiled.parameters(statement, contact_id=contact_id)) or {}
    answer = _answer(rule.part, compiled, found)
    top = answer["conditions"] if isinstance(rule.part, All) else [answer]
    return {
        "segment": rule.name,
        "contact": contact_id,
        "as_of": asking.as_of,
        "known": found["known"],
        "member": found["known"] and found["holds"],
        "conditions": top,
        "gap": None if asking.gap is None else vars(asking.gap),
    }


def _answer(part: Part, compiled: Compiled, found: Mapping[str, Any]) -> Row:
    if isinstance(part, Leaf):
        table = compiled.asked[part].table
        seen = [_aware(value) for value in found[f"seen_{table}"] or [] if value is not None]
        return {
            "condition": part.field,
            "rule": part.written,
            "met": found[f"met_{table}"],
            "seen": seen if part.condition.many else next(iter(seen), None),
        }
    if isinstance(part, Named):
        inner = _answer(part.part, compiled, found)
        return {
            "condition": "segment",
            "rule": part.name,
            "met": inner["met"],
            "conditions": inner["conditions"] if isinstance(part.part, All) else [inner],
        }
    if isinstance(part, Not):
        inner = _answer(part.part, compiled, found)
        return {"condition": "not", "met": not inner["met"], "conditions": [inner]}
    answers = [_answer(one, compiled, found) for one in part.parts]
    met = [answer["met"] for answer in answers]
    word, whole = ("any", any(met)) if isinstance(part, AnyOf) else ("all", all(met))
    return {"condition": word, "met": whole, "conditions": answers}


def _aware(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def lines(explained: Row) -> Iterator[str]:
    """Yield an explanation for a person to read: yes or no at every line of the rule."""
    verdict = "is" if explained["member"] else "is not"
    yield f"P-{explained['contact']} {verdict} in {explained['segment'] or 'this rule'}."
    if not explained["known"]:
        yield f"They were not in the book yet on {explained['as_of']}."
    for answer in explained["conditions"]:
        yield from _line(answer, 1)
    if explained["gap"]:
        yield words(Gap(**explained["gap"]))


def _line(answer: Mapping[str, Any], depth: int) -> Iterator[str]:
    said = "yes" if answer["met"] else "no"
    line = f"{'  ' * depth}{said:<4} {_asked(answer)}"
    if "seen" in answer:
        line += f"   seen: {_seen(answer['seen'])}"
    yield line
    for inner in answer.get("conditions", ()):
        yield from _line(inner, depth + 1)


def _asked(answer: Mapping[str, Any]) -> str:
    name, rule = str(answer["condition"]), answer.get("rule")
    if isinstance(rule, dict) and name in rule:
        # top and what narrows it stand side by side.
        return _written(rule)[1:-1]
    return name if rule in (None, {}, True) else f"{name}: {_written(rule)}"


def _written(rule: object) -> str:
    if isinstance(rule, dict):
        return "{" + ", ".join(f"{key}: {_written(value)}" for key, value in rule.items()) + "}"
    if isinstance(rule, list):
        return "[" + ", ".join(_written(value) for value in rule) + "]"
    return plain(rule)


def _seen(seen: object) -> str:
    if isinstance(seen, list):
        return ", ".join(shown(value) for value in seen) or "nothing"
    return "nothing" if seen is None else shown(seen)
