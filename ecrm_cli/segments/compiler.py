"""A rule to one parameterized statement: conditions and pieces joined, values never in the text.

The only place where SQL is put together. Every text comes from a ``.sql`` file; what a user wrote
arrives as parameters, renamed for each use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ecrm_cli.core.queries import Query, query, read_queries
from ecrm_cli.segments.conditions import presence
from ecrm_cli.segments.model import AnyOf, Asking, Leaf, Named, Not, Part, span
from ecrm_cli.segments.operators import Days, Test

FRAGMENTS = "fragments.sql"
# The same for every condition of a statement.
SHARED = frozenset({"as_of", "today", "zone"})
_COMMENT_LINE = re.compile(r"^\s*--[^\n]*\n?", re.MULTILINE)
_PLACE = re.compile(r"/\*(\w+)\*/")
_LITERAL_OR_NAME = re.compile(r"'(?:[^']|'')*'|\$([a-z_]\w*)")


@dataclass(frozen=True)
class Asked:
    """One condition of a rule: the table of who meets it, and the text that shows what is seen."""

    table: str
    facts: str


@dataclass(frozen=True)
class Compiled:
    """A rule ready to be asked in several ways, by the same conditions, expression and values."""

    tables: str
    rule: str
    values: dict[str, object]
    asked: dict[Leaf, Asked]

    def statement(self, frame: str) -> Query:
        """Return the statement ``members``, ``count``, ``choose`` or ``explain``."""
        parts = "".join(
            _filled("explain_part", table=one.table, facts=one.facts)
            for one in dict.fromkeys(self.asked.values())
        )
        text = _filled(frame, tables=self.tables, rule=self.rule, parts=parts)
        return query(f"segments.{frame}", text)

    def nearest(self, leaf: Leaf) -> Query:
        """Return the statement of what a condition sees that comes nearest to ``$wanted``."""
        frame = "nearest"
        return query(f"segments.{frame}", _filled(frame, facts=self.asked[leaf].facts))

    def parameters(self, statement: Query, **more: object) -> dict[str, object]:
        """Return the values that ``statement`` takes, and no others."""
        values = {**self.values, **more}
        return {name: values[name] for name in statement.parameters}


def compile_rule(part: Part, asking: Asking, leaf: str = "leaf") -> Compiled:
    """Make the statement of a rule on the given terms.

    With ``leaf_of_one`` every condition looks at ``$contact_id`` only, as ``explain`` needs.
    """
    compiler = _Compiler(asking, leaf)
    rule = compiler.expression(part)
    known = " UNION ALL ".join(_bare(statement.text) for statement in presence())
    tables = [
        _filled("table", name="known", text=known),
        _filled("table", name="everybody", text=_filled("everybody")),
        *compiler.tables,
    ]
    shared = {"as_of": asking.end, "today": asking.as_of, "zone": asking.zone}
    return Compiled(",\n".join(tables), rule, shared | compiler.values, compiler.asked)


class _Compiler:
    def __init__(self, asking: Asking, leaf: str) -> None:
        self.asking = asking
        self.frame = leaf
        self.tables: list[str] = []
        self.values: dict[str, object] = {}
        self.asked: dict[Leaf, Asked] = {}

    def expression(self, part: Part) -> str:
        """Return what a part says of contact_id."""
        if isinstance(part, Leaf):
            return _filled("meets", table=self._leaf(part).table)
        if isinstance(part, Named):
            return self.expression(part.part)
        if isinstance(part, Not):
            return _filled("not", rule=self.expression(part.part))
        inner = [f"({self.expression(one)})" for one in part.parts]
        if isinstance(part, AnyOf):
            return " OR ".join(inner) or "false"
        return " AND ".join(inner) or "true"

    def _leaf(self, leaf: Leaf) -> Asked:
        # Equal conditions are asked once, however often they are written.
        if leaf not in self.asked:
            self.asked[leaf] = self._asked(leaf, f"p{len(self.asked) + 1}")
        return self.asked[leaf]

    def _asked(self, leaf: Leaf, table: str) -> Asked:
        facts = self._taken(leaf.condition.query.text, table, self._given(leaf))
        if leaf.ranked:
            facts = _filled("ranked", facts=facts)
        tests = " AND ".join(
            f"({self._test(test, f'{table}_{number}')})"
            for number, test in enumerate(leaf.tests, start=1)
        )
        text = _filled(self.frame, facts=facts, tests=tests or "true")
        self.tables.append(_filled("table", name=table, text=text))
        return Asked(table, facts)

    def _given(self, leaf: Leaf) -> dict[str, object]:
        start, end = span(leaf.period, self.asking)
        return {
            **dict(leaf.arguments),
            "field": leaf.field,
            "from_utc": start,
            "to_utc": end,
            "currency": leaf.currency or self.asking.currency,
            "lapsed": None if self.asking.gap is None else self.asking.gap.lapsed,
        }

    def _test(self, test: Test, prefix: str) -> str:
        if isinstance(test, Days):
            start, end = span((test,), self.asking)
            return self._taken(_filled("time_span"), prefix, {"from_utc": start, "to_utc": end})
        return self._taken(_filled(test.piece), prefix, dict(test.values))

    def _taken(self, text: str, prefix: str, given: dict[str, object]) -> str:
        """Rename the parameters of a text for this use and remember their values."""

        def renamed(found: re.Match[str]) -> str:
            name = found[1]
            if name is None or name in SHARED:
                return found[0]
            value = given[name]
            self.values[f"{prefix}_{name}"] = list(value) if isinstance(value, tuple) else value
            return f"${prefix}_{name}"

        return _LITERAL_OR_NAME.sub(renamed, _bare(text))


def _bare(text: str) -> str:
    return _COMMENT_LINE.sub("", text).strip().rstrip(";")


def _filled(fragment: str, **places: str) -> str:
    """Return a fragment with its places filled; raises KeyError for one that is left open."""
    text = _bare(read_queries("segments", FRAGMENTS)[fragment].text)
    return _PLACE.sub(lambda found: places[found[1]], text)
