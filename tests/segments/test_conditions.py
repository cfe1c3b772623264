"""The header lines of conditions, and what the compiler makes of them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.segments import library
from ecrm_cli.segments.compiler import compile_rule
from ecrm_cli.segments.conditions import catalogue, declared
from ecrm_cli.segments.model import Asking
from ecrm_cli.segments.operators import KINDS

ASKING = Asking(date(2026, 11, 20), "Europe/Belgrade", "EUR", Path("segments"))
GOOD = (
    "-- field: a | What a is. | a: 1\n-- takes: number\nSELECT contact_id, 1 AS seen FROM contact"
)


def test_a_header_becomes_a_condition() -> None:
    condition = declared(query("x.a", GOOD))
    assert [field.name for field in condition.fields] == ["a"]
    assert (condition.takes, condition.many, condition.has_period) == ("number", False, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-- takes: number", "-- takes: numbers"),
        ("-- field: a | What a is. | a: 1\n", ""),
        ("| a: 1", ""),
        ("FROM contact", "FROM contact WHERE city = $city"),
        ("-- takes: number", "-- takes: number\n-- argument: city | | required"),
        ("-- takes: number", "-- takes: number\n-- argument: city"),
        ("-- takes: number", "-- takes: number\n-- short: city"),
    ],
)
def test_a_wrong_header_is_found_when_it_is_read(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r"x\.a"):
        declared(query("x.a", GOOD.replace(old, new)))


@pytest.mark.parametrize("field", catalogue())
def test_every_condition_sees_what_it_says_it_takes(store: Store, field: str) -> None:
    condition = catalogue()[field]
    types = {
        "text": "VARCHAR", "word": "VARCHAR", "number": "BIGINT", "money": "DECIMAL",
        "birthday": "DATE", "time": "TIMESTAMP", "attribute": "VARCHAR", "nothing": "VARCHAR",
    }  # fmt: skip
    bare = re.sub(r"^--.*\n?", "", condition.query.text, flags=re.MULTILINE).rstrip("; \n")
    described = query("test.types", f"DESCRIBE {bare}")
    columns = {
        row["column_name"]: row["column_type"]
        for row in store.rows(described, **dict.fromkeys(condition.query.parameters))
    }
    assert columns["contact_id"] == "BIGINT"
    assert columns["seen"].startswith(types[condition.takes])
    assert condition.takes in KINDS


def test_what_a_user_wrote_never_stands_in_the_statement() -> None:
    evil = "x'); DROP TABLE contact; --"
    rule = library.inline(
        ASKING.folder, f'all: [{{tag: "{evil}"}}, {{attribute: {{name: "{evil}", eq: "$p1"}}}}]', ""
    )
    compiled = compile_rule(rule.part, ASKING)
    statement = compiled.statement("members")
    assert "DROP" not in statement.text
    assert sorted(str(value) for value in compiled.parameters(statement).values()).count(evil) == 2


def test_equal_conditions_are_asked_once_and_others_keep_their_own_values() -> None:
    rule = library.inline(
        ASKING.folder, "any: [{tag: a}, {not: {tag: a}}, {tag: b}, {country: a}]", ""
    )
    compiled = compile_rule(rule.part, ASKING)
    assert len(compiled.asked) == 3
    values = compiled.parameters(compiled.statement("count"))
    assert sorted(name for name in values if name.endswith("_value")) == [
        "p1_1_value", "p2_1_value", "p3_1_value",
    ]  # fmt: skip
    assert [values["p1_1_value"], values["p2_1_value"], values["p3_1_value"]] == ["a", "b", "a"]
