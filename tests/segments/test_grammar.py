"""How rules are read: shorthand, and the sentence for everything that can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_cli.core.errors import DataError
from ecrm_cli.segments import library
from ecrm_cli.segments.conditions import catalogue
from ecrm_cli.segments.model import Leaf, Rule

NOWHERE = Path("segments")


def read(text: str) -> Rule:
    """Read a rule that names no segment."""
    return library.inline(NOWHERE, text, "rule")


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("country: RS", "country: {eq: RS}"),
        ("country: [RS, NO]", "country: {in: [RS, NO]}"),
        ("postcode: 21000", 'postcode: {eq: "21000"}'),
        ("country: NO", 'country: {eq: "NO"}'),
        ("tag: vip", "tag: {eq: vip}"),
        ("orders.count: 1", "orders.count: {eq: 1}"),
        ("birthday: 1990-05-21", "birthday: {eq: 1990-05-21}"),
        ("orders.last: {within: 2w}", "orders.last: {within: 14d}"),
        ("created: 2026-03-01", "created: {between: [2026-03-01, 2026-03-01]}"),
        ("created: {gt: 2026-03-01}", "created: {gte: 2026-03-02}"),
        ("created: {lt: 2026-03-01}", "created: {lte: 2026-02-28}"),
        ("has: phone", "has: {kind: phone}"),
        ("consent: offers", "consent: {topic: offers, status: granted, channel: email}"),
        ("reachable: offers", "reachable: {topic: offers, answer: yes}"),
        ("reachable: true", "reachable: {}"),
        ("suppressed: false", "not: {suppressed: email}"),
        ("attribute: shoe size", "attribute: {name: shoe size, is: present}"),
        ("orders.total: {gte: 5, currency: rsd}", "orders.total: {gte: 5, currency: RSD}"),
    ],
)
def test_shorthand_is_the_same_rule(short: str, long: str) -> None:
    assert read(short).part == read(long).part


def test_a_description_is_no_condition_and_stands_on_one_line() -> None:
    rule = read("description: |\n  Best customers\n  gone quiet\ncountry: RS\n")
    assert rule.description == "Best customers gone quiet"
    assert rule.part == read("country: RS").part


def test_between_is_a_period_for_dates_and_a_range_for_numbers() -> None:
    period = read("orders.count: {gte: 1, between: [2026-01-01, 2026-03-31]}").part
    values = read("orders.count: {gte: 1, between: [1, 5]}").part
    assert isinstance(period, Leaf)
    assert isinstance(values, Leaf)
    assert (len(period.tests), len(period.period)) == (1, 1)
    assert (len(values.tests), len(values.period)) == (2, 0)


@pytest.mark.parametrize("field", catalogue())
def test_the_example_of_a_field_is_a_rule(field: str) -> None:
    found = next(one for one in catalogue()[field].fields if one.name == field)
    assert found.example.startswith(f"{field}:")
    read(found.example)


WRONG = {
    "countri: RS": ("unknown-field", 1, "countri", "no condition 'countri'", "country"),
    "orders.total: {gtee: 5}": (
        "unknown-operator", 1, "orders.total.gtee", "does not take 'gtee'", "gte"
    ),
    "all:\n  - tag: a\n  - orders.total: {gte: lots}": (
        "bad-value", 3, "all[1].orders.total.gte", "expects a number", "'lots'"
    ),
    "orders.last: {before: 90}": (
        "bad-value", 1, "orders.last.before", "whole days or weeks, as 30d", "90"
    ),
    "orders.last: {before: 3m}": ("bad-value", 1, "orders.last.before", "30d or 2w", "3m"),
    "orders.last: {gte: 2026-02-30}": (
        "bad-value", 1, "orders.last.gte", "a date, as 2026-03-01", "2026-02-30"
    ),
    "orders.total: {between: [500, 100]}": (
        "bad-value", 1, "orders.total.between", "[lower, upper]", "a list"
    ),
    "orders.count: {gte: 1, between: [2026-03-01, 2026-01-01]}": (
        "bad-value", 1, "orders.count.between", "[first, last]", "a list"
    ),
    "orders.total: {gte: 5, currency: euro}": (
        "bad-value", 1, "orders.total.currency", "three letters", "'euro'"
    ),
    "orders.count: {within: 30d}": (
        "missing-operator", 1, "orders.count", "compares with nothing", "eq, in, gte"
    ),
    "country: {in: RS}": ("bad-value", 1, "country.in", "a list", "'RS'"),
    "country: []": ("bad-value", 1, "country", "a list with at least one value", "a list"),
    "country:": ("bad-value", 1, "country", "a text", "nothing stands here"),
    "country: true": ("bad-value", 1, "country", "a text", "true"),
    "tag: {is: empty}": ("unknown-operator", 1, "tag.is", "tag does not take 'is'", "eq, in"),
    "company: {is: full}": ("bad-value", 1, "company.is", "empty or present", "'full'"),
    "has: fax": ("bad-value", 1, "has", "email, phone, card", "'fax'"),
    "consent: {status: granted}": ("missing-key", 1, "consent", "needs topic", "offers"),
    "consent: {topic: offers, status: grantd}": (
        "bad-value", 1, "consent.status", "granted, withdrawn, pending", "Did you mean granted"
    ),
    "country: RS\ntag: vip": (
        "several-conditions", 1, None, "country and tag stand side by side", "all:"
    ),
    "all: {country: RS}": ("not-a-list", 1, "all", "all expects a list", "a dash"),
    "any: []": ("empty-any", 1, "any", "nobody would be in it", "all: []"),
    "not: [{tag: a}]": ("not-a-condition", 1, "not", "here stands a list", "fields"),
    "all:\n  - vip": ("not-a-condition", 2, "all[0]", "here stands 'vip'", "fields"),
    "": ("not-a-condition", 1, None, "nothing stands here", "fields"),
    "- tag: vip": ("not-a-condition", 1, None, "here stands a list", "fields"),
    "segment: {name: x}": ("not-a-condition", 1, "segment", "a block of keys", "fields"),
    "segment: nobody": ("unknown-segment", 1, "segment", "no segment 'nobody'", "list"),
    "orders.last: {before: lapsd}": (
        "bad-value", 1, "orders.last.before", "usual, lapsing or lapsed", "'lapsd'"
    ),
    "birthday: {within_next: lapsed}": (
        "bad-value", 1, "birthday.within_next", "whole days or weeks", "'lapsed'"
    ),
    "top: 10": ("bad-value", 1, "top", "a share of 100 % at most, as 10%", "10"),
    "top: 0%\nby: orders.total": ("bad-value", 1, "top", "a share", "'0%'"),
    "top: 100.5%\nby: orders.total": ("bad-value", 1, "top", "a share", "'100.5%'"),
    "all:\n  - top: 10%": ("missing-key", 2, "all[0]", "top needs by", "by: orders.total"),
    "top: 10%\nby: orders.totl": ("bad-value", 2, "by", "orders.count", "orders.total"),
    "top: 10%\nby: country": ("bad-value", 2, "by", "expects one of", "'country'"),
    "top: 10%\nby: [orders.total]": ("bad-value", 2, "by", "a condition", "a list"),
    "top: 10%\nby: orders.count\ncurrency: EUR": (
        "unknown-operator", 3, "currency", "top does not take 'currency'", "within"
    ),
    "top: 10%\nby: orders.total\ngte: 5": (
        "unknown-operator", 3, "gte", "top does not take 'gte'", "by, within"
    ),
    "top: 10%\nby: orders.total\nwithin: 3": (
        "bad-value", 3, "within", "whole days or weeks", "3"
    ),
    "attribute: {name: x, gte: [1]}": ("bad-value", 1, "attribute.gte", "a number", "a list"),
    "attribute: {name: x, gte: 1.00000000001}": (
        "bad-value", 1, "attribute.gte", "ten decimals", "1.0"
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str) -> None:
    kind, line, key, said, more = WRONG[text]
    with pytest.raises(DataError) as caught:
        read(text)
    error = caught.value
    assert (error.kind, error.code) == (kind, 3)
    assert (error.place.file, error.place.line, error.place.key) == ("rule", line, key)
    assert said in error.message
    assert more in f"{error.message} {error.hint}"


def test_everything_wrong_in_a_segment_is_found_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("all:\n  - countri: RS\n  - tag: {eq: }\n  - has: fax\n")
    found = library.reading(tmp_path, "bad")
    assert found.rule is None
    assert [problem.place.line for problem in found.problems] == [2, 3, 4]


def test_what_is_no_yaml_is_said_as_that(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("all:\n\t- tag: vip\n")
    found = library.reading(tmp_path, "bad")
    assert found.problems[0].place.line == 2
    assert "tab" in found.problems[0].message.lower()
