"""Time while mail is sent: it goes on, but from the moment that the command was given."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

# How long a wait may last before it is looked whether to go on at all, in seconds.
LOOK_EVERY = 0.2


class Clock:
    """Counts on from ``start``, an aware datetime."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._since = time.monotonic()

    def moment(self) -> datetime:
        """Return the time that it is."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)


class Pace:
    """Lets one sender go ``per_second`` times a second; what was not used up is lost."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = time.monotonic()

    def wait(self, halted: Callable[[], bool]) -> bool:
        """Wait for one's turn; False when ``halted`` said so before it came."""
        while not halted():
            left = self._next - time.monotonic()
            if left <= 0:
                # A moment late is made up for, a long wait for the server is not.
                self._next = max(self._next, time.monotonic() - LOOK_EVERY) + self._gap
                return True
            time.sleep(min(left, LOOK_EVERY))
        return False
