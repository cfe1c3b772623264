"""Local days as instants, on the days when clocks change too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.calendar import BadDays, as_of_end, day_start, local_day, parse_days

# Zones that change their clocks at 2, at midnight, just after it, by half an hour, or a whole day.
ZONES = (
    "UTC",
    "Europe/Belgrade",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Pacific/Chatham",
)
exactly = settings(derandomize=True, deadline=None, max_examples=300)
zones = st.sampled_from(ZONES)
days = st.dates(date(1970, 1, 2), date(2037, 12, 30))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC))


@exactly
@given(days, zones)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    assert as_of_end(day, zone) == day_start(day + timedelta(days=1), zone)
    assert day_start(day, zone) <= as_of_end(day, zone)


@exactly
@given(days, zones)
def test_a_day_starts_with_its_first_second_and_not_one_earlier(day: date, zone: str) -> None:
    start = day_start(day, zone)
    assert start.tzinfo is UTC
    assert start.microsecond == 0
    assert local_day(start - timedelta(seconds=1), zone) < day
    # A day the zone left out begins where the next one does.
    assert local_day(start, zone) in (day, day + timedelta(days=1))


@exactly
@given(moments, zones)
def test_every_moment_is_in_its_local_day(moment: datetime, zone: str) -> None:
    day = local_day(moment, zone)
    # Where midnight comes twice, the hour between belongs to the day that had begun.
    clock_goes_back = day_start(day + timedelta(days=1), zone) <= moment
    begun = day + timedelta(days=1) if clock_goes_back else day
    assert day_start(begun, zone) <= moment < as_of_end(begun, zone)
    assert moment - day_start(day, zone) < timedelta(hours=26)


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2026, 3, 29), "Europe/Belgrade", "2026-03-28T23:00"),
        (date(2026, 3, 30), "Europe/Belgrade", "2026-03-29T22:00"),
        # There was no midnight: 23:59:59 was followed by 01:00:00.
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00"),
        (date(2023, 4, 28), "Africa/Cairo", "2023-04-27T22:00"),
        (date(2022, 3, 27), "Asia/Beirut", "2022-03-26T22:00"),
        # Midnight came twice: 00:59:59 was followed by 00:00:00.
        (date(2025, 11, 2), "America/Havana", "2025-11-02T04:00"),
        # The day was left out.
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00"),
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00"),
        # The clock jumped from 23:30 to 00:30: the day began in the middle of the jump.
        (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30"),
    ],
)
def test_days_begin_where_the_zone_says(day: date, zone: str, start: str) -> None:
    assert day_start(day, zone) == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert day_start(day, ZoneInfo(zone)) == day_start(day, zone)


def test_a_day_of_clock_change_has_23_or_25_hours() -> None:
    def hours(day: date) -> float:
        length = as_of_end(day, "Europe/Belgrade") - day_start(day, "Europe/Belgrade")
        return length / timedelta(hours=1)

    assert [hours(date(2026, 3, 29)), hours(date(2026, 10, 25)), hours(date(2026, 5, 1))] == [
        23,
        25,
        24,
    ]


def test_the_ends_of_time_are_days_too() -> None:
    assert as_of_end(date.max, "Europe/Belgrade").year == 9999
    assert day_start(date.max, "America/Havana").year == 9999
    assert day_start(date.min, "Asia/Kathmandu").year == 1


def test_the_local_day_is_the_zones() -> None:
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert local_day(moment, "Europe/Belgrade") == date(2026, 3, 2)
    assert local_day(moment, "America/Havana") == date(2026, 3, 1)


def test_days_are_written_with_a_d() -> None:
    assert [parse_days(words) for words in ("30d", "0d", " 365d ")] == [30, 0, 365]


@pytest.mark.parametrize("words", ["", "d", "30", "-3d", "3.5d", "30 d", "1000000d", "30D", "٣d"])
def test_other_words_are_no_number_of_days(words: str) -> None:
    with pytest.raises(BadDays) as caught:
        parse_days(words)
    assert caught.value.code == 3
