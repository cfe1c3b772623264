"""What one rendering may cost: text, work and time, charged while it goes on.

A template is somebody's text: it may loop for ever, double a list sixty times or ask for a
line a gigabyte wide. Every step of a rendering is charged here, and one that goes over raises
``Stopped``. Signals and threads would not do: neither can cut short ``'x' * 10**10``, and
neither works in every place where templates are rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from time import monotonic, thread_time

# The longest page or mail that is still one: Gmail cuts a message at 0.1 MB, and a report of
# 5 MB is slow in any browser. No single value inside a rendering may be larger either.
PRINTED_BYTES = 5_000_000
# All that one rendering may make on its way, in bytes: a dozen times the largest page, which
# leaves room for filters over filters and keeps the memory of a rendering bounded.
WORK = 64_000_000
# A mail takes 0.00005 s of work and a page of 5 MB up to 1.5 s; an endless one must have its
# sentence within 5 s. So it stops after this much work of its own,
CPU_SECONDS = 2.0
# or on a busy machine after this much time,
SECONDS = 3.5
# unless it has hardly worked: nobody's mail fails because a machine slept or somebody pressed
# Ctrl-Z.
LITTLE_CPU_SECONDS = 0.25
# The clock is read once in so much work, about 100 steps: mail never comes so far.
LOOK_EVERY = 2_000
# What a step costs beside what it makes: 4 million empty steps are the whole work.
STEP = 16
# What a list, a dictionary or a number in one costs: a pointer.
SLOT = 8
CONTAINERS = (dict, list, tuple, set, frozenset)


class Stopped(Exception):
    """A rendering went over its limits; ``reason`` completes "the template …"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Meter:
    """The account of one rendering; ``left`` is what may be spent before the next look."""

    __slots__ = ("_began", "_cpu", "_spare", "left")

    def __init__(self) -> None:
        self.left = LOOK_EVERY
        self._spare = WORK - LOOK_EVERY
        self._began = monotonic()
        self._cpu: float | None = None

    def charge(self, size: int) -> None:
        """Take ``size`` bytes and a step off the account; raises Stopped when it is empty."""
        self.left -= size + STEP
        if self.left < 0:
            self.look()

    def look(self) -> None:
        """Look at the whole account and at the clock; raises Stopped when either is over."""
        self._spare += self.left - LOOK_EVERY
        self.left = LOOK_EVERY
        if self._spare < 0:
            raise Stopped("did more work than the largest page needs")
        if self._cpu is None:
            self._cpu = thread_time()
        elapsed = monotonic() - self._began
        if elapsed < CPU_SECONDS:
            return
        worked = thread_time() - self._cpu
        if worked > CPU_SECONDS or (elapsed > SECONDS and worked > LITTLE_CPU_SECONDS):
            raise Stopped(f"was still at work after {elapsed:.0f} s")


CURRENT: ContextVar[Meter] = ContextVar("CURRENT")


def too_large() -> Stopped:
    """Return the complaint about one value over the limit."""
    return Stopped(f"makes a value of more than {PRINTED_BYTES // 1_000_000} MB")


def weight(value: object) -> int:
    """Return about how many bytes ``value`` prints, in full, however it is nested.

    Raises Stopped beyond the limit, before more than that has been looked at.
    """
    if not isinstance(value, CONTAINERS):
        return _alone(value)
    total = 0
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        total += _alone(item)
        parts: Iterable[object] = ()
        if isinstance(item, CONTAINERS):
            total += SLOT * len(item)
            parts = item
            if isinstance(item, dict):
                parts = (part for pair in item.items() for part in pair)
        if total > PRINTED_BYTES:
            raise too_large()
        waiting.extend(parts)
    return total


def _alone(value: object) -> int:
    if isinstance(value, str):
        return SLOT + len(value)
    return SLOT + value.bit_length() // 8 if isinstance(value, int) else SLOT


def weighed(value: object) -> object:
    """Charge a value just made and return it; an iterator is charged as it is drawn."""
    meter = CURRENT.get()
    if isinstance(value, str):
        size = len(value)
        if size > PRINTED_BYTES:
            raise too_large()
    elif isinstance(value, Iterator):
        return each(value)
    else:
        size = weight(value)
    meter.charge(size)
    return value


def each(items: Iterable[object]) -> Iterator[object]:
    """Yield the items, charging a step for each."""
    for item in items:
        CURRENT.get().charge(0)
        yield item


def gathered(pieces: Iterable[str]) -> list[str]:
    """Collect printed pieces; raises Stopped before more than the limit is collected."""
    kept, total = [], 0
    for piece in pieces:
        total += len(piece)
        if total > PRINTED_BYTES:
            raise _too_long()
        kept.append(piece)
    # Only a text that may be too long in bytes is worth encoding.
    if total * 4 > PRINTED_BYTES and len("".join(kept).encode(errors="replace")) > PRINTED_BYTES:
        raise _too_long()
    return kept


def joined(pieces: Iterable[str]) -> str:
    """Join printed pieces; raises Stopped before more than the limit is put together."""
    return "".join(gathered(pieces))


def _too_long() -> Stopped:
    return Stopped(f"prints more than {PRINTED_BYTES // 1_000_000} MB")
