"""Time and pace while mail is sent, and the line that tells how far it is."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from ecrm_cli.core.output import Output, View
from ecrm_cli.outbox import clock
from ecrm_cli.outbox.clock import Clock, Pace
from ecrm_cli.outbox.progress import Progress
from tests.door import NOW


class Time:
    """Stands for the module ``time``: it passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The only clock of these tests."""
    made = Time()
    monkeypatch.setattr(clock, "time", made)
    monkeypatch.setattr("ecrm_cli.outbox.progress.time", made)
    return made


def go() -> bool:
    """Nobody halts."""
    return False


def test_a_clock_goes_on_from_when_the_command_was_given(time: Time) -> None:
    running = Clock(NOW)
    time.now += 90
    assert running.moment() == NOW + timedelta(seconds=90)


@pytest.mark.parametrize("per_second", [2.5, 10.0, 1_000.0])
def test_a_sender_goes_no_faster_than_its_pace(time: Time, per_second: float) -> None:
    pace, began = Pace(per_second), time.now
    for _ in range(101):
        assert pace.wait(go)
    assert time.now - began == pytest.approx(100 / per_second)


def test_a_long_wait_for_the_server_is_not_made_up_for_by_a_burst(time: Time) -> None:
    pace = Pace(10)
    pace.wait(go)
    time.now += 60
    began = time.now
    for _ in range(11):
        pace.wait(go)
    assert time.now - began >= 0.8 - 1e-9


def test_a_slow_pace_can_be_halted_at_any_time(time: Time) -> None:
    pace = Pace(0.01)
    assert pace.wait(go)
    halted_at = time.now + 3
    assert not pace.wait(lambda: time.now >= halted_at)
    assert max(time.slept) <= clock.LOOK_EVERY
    assert time.now - halted_at <= clock.LOOK_EVERY


def test_progress_tells_rate_and_time_left_over_all_batches(time: Time) -> None:
    shown: list[str] = []
    progress = Progress(shown.append)
    progress.begin({"queued": 900, "sending": 100})
    time.now += 10
    progress.tell(100)
    assert shown[-1] == "100 answered, 900 to go; 10.0 a second, 90 s left".replace("90 s", "2 min")
    progress.begin({"queued": 800, "sending": 100})
    time.now += 5
    progress.tell(50)
    assert shown[-1].startswith("150 answered, 850 to go; 10.0 a second")
    progress.end()
    assert shown[-1] == ""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_progress_is_one_line_on_a_terminal_only() -> None:
    terminal = Terminal()
    out = Output(View(), stderr=terminal)
    out.progress("ten of twenty\x1b[2J")
    out.progress("")
    assert terminal.getvalue().count("\n") == 0
    assert "ten of twenty" in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r")
    for quiet in (
        Output(View(quiet=True), stderr=Terminal()),
        Output(View(), stderr=io.StringIO()),
    ):
        quiet.progress("ten of twenty")
        assert isinstance(quiet.stderr, io.StringIO)
        assert quiet.stderr.getvalue() == ""
