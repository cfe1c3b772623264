"""How far a run is, in a line: how many, how fast, how long still."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


class Progress:
    """Counts answers from the first batch on and hands lines to ``show``; an empty one ends it."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._since = time.monotonic()
        self._before = 0
        self._left = 0
        self._shown = False

    def begin(self, counts: Mapping[str, int]) -> None:
        """Begin a batch; ``counts`` are the run's, with the batch among those being sent."""
        left = counts["queued"] + counts["sending"]
        self._before += max(self._left - left, 0)
        self._left = left

    def tell(self, done: int) -> None:
        """Show how far it is, with ``done`` answers of this batch."""
        answered, left = self._before + done, max(self._left - done, 0)
        seconds = time.monotonic() - self._since
        rate = answered / seconds if seconds > 0 else 0.0
        words = f"{answered:,} answered, {left:,} to go"
        if rate > 0:
            words += f"; {rate:,.1f} a second, {_duration(left / rate)} left"
        self._show(words)
        self._shown = True

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            self._show("")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
