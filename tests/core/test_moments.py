"""Days and moments as people write them, read in the zone of the business."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ecrm_cli.core.calendar import BadDay, BadMoment, StillToCome, read_day, read_moment

BELGRADE = "Europe/Belgrade"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, NOW),
        ("", NOW),
        ("2026-11-20", NOW),
        ("2026-11-19", datetime(2026, 11, 18, 23, tzinfo=UTC)),
        ("2026-11-19 14:30", datetime(2026, 11, 19, 13, 30, tzinfo=UTC)),
        ("2026-07-01T14:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("2026-11-19T14:30Z", datetime(2026, 11, 19, 14, 30, tzinfo=UTC)),
        ("2026-11-20 10:00", NOW),
    ],
)
def test_a_moment_is_read(text: str | None, expected: datetime) -> None:
    assert read_moment(text, NOW, BELGRADE) == expected


@pytest.mark.parametrize("text", ["yesterday", "20.11.2026", "2026-13-01", "2026-11-19 25:00"])
def test_words_that_are_no_moment_are_refused(text: str) -> None:
    with pytest.raises(BadMoment):
        read_moment(text, NOW, BELGRADE)


@pytest.mark.parametrize("text", ["2026-11-21", "2026-11-20 10:01"])
def test_what_is_still_to_come_has_not_happened(text: str) -> None:
    with pytest.raises(StillToCome) as future:
        read_moment(text, NOW, BELGRADE)
    assert future.value.code == 3


def test_a_day_is_read() -> None:
    assert read_day("2026-03-01") == date(2026, 3, 1)
    with pytest.raises(BadDay):
        read_day("2026-03-01 10:00")
