"""The settings' hours, days off and targets, as clocks take them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ecrm_cli.cases.hours import DaysOff, policy_of
from ecrm_cli.cases.model import due
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.hours import BadHours, read_hours
from ecrm_cli.core.settings import Settings, settings_of
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.core.yamlfile import parse


def said(text: str) -> Settings:
    """Return the settings of a config.yaml."""
    return settings_of(parse(text, "config.yaml"), Workspace(Path("shop")))


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        ("09:00-17:00", [(9, 17)]),
        ("9:00 - 12:00, 13:00–24:00", [(9, 12), (13, 24)]),
        (None, []),
        ("", []),
    ],
)
def test_hours_are_read(words: str | None, spans: list[tuple[int, int]]) -> None:
    assert list(read_hours(words)) == [(start * 3_600, end * 3_600) for start, end in spans]


@pytest.mark.parametrize(
    "words",
    ["9-17", "17:00-09:00", "09:00-25:00", "09:00-24:30", "13:00-17:00, 09:00-14:00", "a", ","],
)
def test_other_words_are_no_hours(words: str) -> None:
    with pytest.raises(BadHours):
        read_hours(words)


def test_the_default_promise_is_that_of_the_definitions() -> None:
    hour = 3_600
    assert policy_of(said("")).targets == {
        "urgent": (1 * hour, 4 * hour),
        "high": (4 * hour, 8 * hour),
        "normal": (8 * hour, 24 * hour),
        "low": (24 * hour, 72 * hour),
    }


def test_holidays_are_those_of_the_country_and_the_owners_own() -> None:
    text = "business: {country: RS, timezone: Europe/Belgrade}\nsla: {closed: ['2026-11-20']}\n"
    off = policy_of(said(text)).calendar.holidays
    # Orthodox Christmas is a holiday in Serbia and 25 December is not.
    assert [day in off for day in (date(2026, 1, 7), date(2026, 12, 25), date(2026, 11, 20))] == [
        True, False, True,
    ]  # fmt: skip
    assert (
        date(2026, 1, 7)
        not in policy_of(
            said("business: {country: RS}\nsla: {holidays: false}\n")
        ).calendar.holidays
    )


def test_a_country_without_known_holidays_has_none() -> None:
    assert date(2026, 1, 1) not in DaysOff("AQ-none", frozenset())
    assert date(2026, 1, 1) not in DaysOff(None, frozenset())


def test_a_holiday_puts_off_what_is_due() -> None:
    text = "business: {country: RS, timezone: Europe/Belgrade}\n"
    policy = policy_of(said(text))
    # 11 November is Armistice Day in Serbia.
    start = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
    assert due(policy.calendar, start, 2 * 3_600) == datetime(2026, 11, 12, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("agents: [mira, Mira]", "'Mira' stands twice", 1),
        ("agents: ['a b']", "'a b' is no name here", 1),
        ("cases:\n  categories: [question]", "The category 'complaint' is missing", 2),
        ("cases:\n  statuses:\n    new: {moves: [opne]}\n    over: {means: done}",
         "There is no status 'opne' to move to", 3),
        ("cases:\n  statuses:\n    new: {means: open}", "No status means done", 2),
        ("cases:\n  statuses:\n    over: {means: done}\n    new: {}", "does not mean open", 2),
        ("cases:\n  statuses:\n    new: {means: opened}", "not one of the choices", 3),
        ("sla:\n  hours:\n    mon: 9 to 5", "'9 to 5' are no opening hours", 3),
        ("sla:\n  hours: {mon: , tue: , wed: , thu: , fri: }", "No day of the week is open", 2),
        ("sla:\n  closed: [tomorrow]", "'tomorrow' is no day", 2),
        ("sla:\n  targets:\n    urgent: {response: 0}", "more than 0", 3),
        ("sla:\n  targets:\n    urgnt: {response: 1}", "no key 'urgnt'", 3),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_with_its_line(text: str, words: str, line: int) -> None:
    with pytest.raises(DataError, match=words) as wrong:
        said(text + "\n")
    assert wrong.value.code == 3
    assert wrong.value.place.line == line
