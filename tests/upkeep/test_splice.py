"""One value changes; every comment and every other character stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.workspace import shipped
from ecrm_cli.core.yamlfile import parse
from ecrm_cli.upkeep.splice import spliced, written

EXAMPLE = shipped("config.example.yaml").read_text(encoding="utf-8")


def after(text: str, key: str, value: object) -> str:
    return spliced(parse(text, "config.yaml"), key.split("."), value)


@pytest.mark.parametrize(
    ("text", "key", "value", "expected"),
    [
        ("a:\n  b: x # why\n", "a.b", "y", "a:\n  b: y # why\n"),
        ("a:\n  b:   # why\n  c: 1\n", "a.b", "RS", "a:\n  b: RS   # why\n  c: 1\n"),
        ("a: {b: 1, c: 2} # why\n", "a.b", 5, "a: {b: 5, c: 2} # why\n"),
        ("a: 'x\n  y' # why\n", "a", "z", "a: z # why\n"),
        ("a: |\n  long\n  text\n\n# why\nb: 1\n", "a", "z", "a: z\n\n# why\nb: 1\n"),
        ("a: # which\n  - x # 1\n  - y\n  # why\nb: 1\n", "a", ["z"],
         "a: # which\n  [z]\n  # why\nb: 1\n"),
        ("a: {b: [x, y]}\n", "a.b", ["z", "true"], 'a: {b: [z, "true"]}\n'),
        ("a:\r\n  b: 1 # why\r\n", "a.b", 2, "a:\r\n  b: 2 # why\r\n"),
        ("a: 1", "a", None, "a: null"),
    ],
)  # fmt: skip
def test_a_value_is_replaced_where_it_stands(
    text: str, key: str, value: object, expected: str
) -> None:
    assert after(text, key, value) == expected


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("", "a.b", "a:\n  b: v\n"),
        ("# why", "a", "# why\na: v\n"),
        ("a:\n    b: 1 # b\n    # more\n# c\nc: 1\n", "a.x",
         "a:\n    b: 1 # b\n    x: v\n    # more\n# c\nc: 1\n"),
        ("a:\n  b:\n    c: 1\n\nd: 1\n", "a.b.x", "a:\n  b:\n    c: 1\n    x: v\n\nd: 1\n"),
        ("a:\n  b: 1\n", "a.x.y", "a:\n  b: 1\n  x:\n    y: v\n"),
        ("a: {b: 1 , }\n", "a.x", "a: {b: 1, x: v , }\n"),
        ("a: {}\n", "a.x.y", "a: {x: {y: v}}\n"),
        ("a:  # nothing yet\nb: 1\n", "a.x", "a: {x: v}  # nothing yet\nb: 1\n"),
        ("a:\r\n  b: 1\r\n", "a.x", "a:\r\n  b: 1\r\n  x: v\r\n"),
        ("---\na: 1\n...\n", "b", "---\na: 1\nb: v\n...\n"),
    ],
)  # fmt: skip
def test_a_missing_key_is_added_in_its_block(text: str, key: str, expected: str) -> None:
    assert after(text, key, "v") == expected


@pytest.mark.parametrize(
    "value",
    ["true", "null", "12", "1.5", "", " x", "a: b", "a #b", "#a", "- a", "{{ x }}", "'", '"', "a,b",
     "[a]", "Café – кофе", "Zrno <a@b.example>", "line\nbreak", "\x85\u2028\x7f\t", "${SMTP}", "@"],
)  # fmt: skip
def test_any_text_is_read_back_as_it_was(value: str) -> None:
    assert parse(after(EXAMPLE, "business.name", value), "t").data["business"]["name"] == value
    assert parse(f"[{written(value)}, x]", "t").data == [value, "x"]


_keys = sorted(
    ".".join(str(part) for part in path)
    for path in parse(EXAMPLE, "t").lines
    if path and not any(isinstance(part, int) for part in path)
)
_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.lists(st.text("ab ,:#'\"[]{}\n", max_size=5), max_size=3),
)


def holds_a_block(key: str) -> bool:
    """Whether the example has keys below this one."""
    found = parse(EXAMPLE, "t").data
    for part in key.split("."):
        found = found[part]
    return isinstance(found, dict)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.sampled_from(_keys), _values)
def test_nothing_but_the_value_changes_in_the_example(key: str, value: object) -> None:
    changed = after(EXAMPLE, key, value)
    before, now = EXAMPLE.splitlines(), changed.splitlines()
    # A block that becomes one value takes the comments inside it along.
    assert [line for line in before if line.lstrip().startswith("#")] == [
        line for line in now if line.lstrip().startswith("#")
    ] or holds_a_block(key)
    again = parse(changed, "t").data
    for part in key.split("."):
        again = again[part]
    assert again == value
