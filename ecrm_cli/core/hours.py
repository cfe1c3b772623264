"""Opening hours of a day as people write them: "09:00-12:00, 13:00-17:00"."""

from __future__ import annotations

import re
from itertools import pairwise

from ecrm_cli.core.errors import DataError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SECONDS = 24 * 3_600
_SPAN = re.compile(r"([0-9]{1,2}):([0-5][0-9])\s*[-–]\s*([0-9]{1,2}):([0-5][0-9])")

# From and to, in seconds of the day; to is not in it.
Span = tuple[int, int]


class BadHours(DataError):
    """Words that are no opening hours."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} are no opening hours.",
            hint="Write them like 09:00-17:00, or 09:00-12:00, 13:00-17:00; at most until 24:00.",
        )


def read_hours(words: str | None) -> tuple[Span, ...]:
    """Return the spans of a day, in order; nothing is closed. Raises BadHours."""
    spans = tuple(_span(part.strip(), words) for part in words.split(",")) if words else ()
    if any(first[1] > second[0] for first, second in pairwise(spans)):
        raise BadHours(str(words))
    return spans


def _span(part: str, words: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise BadHours(words)
    hour, minute, last_hour, last_minute = map(int, found.groups())
    start, end = hour * 3_600 + minute * 60, last_hour * 3_600 + last_minute * 60
    if start >= end or end > DAY_SECONDS:
        raise BadHours(words)
    return start, end
