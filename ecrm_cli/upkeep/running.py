"""Steps done one after the other: each under its lease, none kept from its turn by another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ecrm_cli.core.errors import Busy, EcrmError, PartlyDone, UsageError
from ecrm_cli.core.system import PRIVATE_DIR, locked, not_written
from ecrm_cli.upkeep.steps import STEPS, Counts, Done, Step

if TYPE_CHECKING:
    from ecrm_cli.core.app import App

State = Literal["done", "nothing", "busy", "partial", "failed", "skipped"]


class UnknownStep(UsageError):
    """--only names a step that there is not."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        from difflib import get_close_matches

        super().__init__(
            f"There is no step {name!r}.",
            hint=f"The steps are: {', '.join(known)}.",
            matches=get_close_matches(name, known),
        )


class NotAllDone(PartlyDone):
    """A step did its work, and some of it needs a look."""

    def __init__(self, report: Report) -> None:
        super().__init__(
            f"{report.step}: {words(report.counts)}.", hint="See them: ecrm today, ecrm mail queue"
        )


@dataclass(frozen=True)
class Report:
    """What became of one step; ``note`` is why it was skipped or who else is at it.

    ``bug`` is an error that nobody foresaw.
    """

    step: str
    state: State
    counts: Counts
    seconds: float
    error: EcrmError | None = None
    note: str = ""
    bug: Exception | None = None

    def row(self) -> dict[str, Any]:
        """Return it as scripts read it: step, state, counts, seconds, error, note."""
        error = self.error.as_dict() if self.error else None
        if self.bug is not None:
            error = {"code": EcrmError.code, "kind": "bug", "message": type(self.bug).__name__}
        return {
            "step": self.step,
            "state": self.state,
            "counts": dict(self.counts),
            "seconds": round(self.seconds, 3),
            "error": error,
            "note": self.note or None,
        }

    def wrong(self) -> EcrmError | None:
        """Return what has to be said of it, None when all is well."""
        if self.error is not None:
            return self.error
        return NotAllDone(self) if self.state == "partial" else None


def chosen(only: str | None) -> list[Step]:
    """Return the steps that ``--only a,b`` names, in their own order; all without it.

    Raises UnknownStep.
    """
    known = [step.name for step in STEPS]
    wanted = known if only is None else [word.strip() for word in only.split(",")]
    for name in wanted:
        if name not in known:
            raise UnknownStep(name, known)
    return [step for step in STEPS if step.name in wanted]


def run(app: App, steps: Sequence[Step], *, dry: bool = False) -> list[Report]:
    """Do the steps in order, or with ``dry`` say what they would do.

    A book of an older version is brought up to date first: under cron nobody else does it.
    Raises NoWorkspace: where there is none, no step has a turn.
    """
    _ = app.workspace
    if not dry:
        _modernize(app)
    return [_one(app, step, dry=dry) for step in steps]


def _modernize(app: App) -> None:
    from ecrm_cli.core.migrations import OlderStore

    # Whatever else is wrong, each step meets it and says so.
    with suppress(EcrmError):
        try:
            with app.reading():
                return
        except OlderStore:
            with app.writing():
                return


def _one(app: App, step: Step, *, dry: bool) -> Report:
    started = time.monotonic()

    def report(state: State, counts: Counts, **more: Any) -> Report:
        return Report(step.name, state, counts, time.monotonic() - started, **more)

    try:
        if missing := step.missing(app):
            return report("skipped", {}, note=missing)
        with _lease(app, step) as got:
            if not got:
                return report("busy", {}, note="another process is at it")
            waiting = step.due(app)
            if not any(waiting.values()):
                return report("nothing", {})
            if dry:
                return report("skipped", waiting, note="dry run")
            done = step.act(app)
            return report(_state(done), done.counts, error=done.error, note=done.busy)
    except Busy as error:
        return report("busy", {}, error=error)
    except EcrmError as error:
        return report("failed", {}, error=error)
    except Exception as bug:  # the other steps have their turn; it is raised when they had it
        return report("failed", {}, bug=bug)


def _state(done: Done) -> State:
    if done.error is not None:
        return "partial" if any(done.counts.values()) else "failed"
    if done.faults:
        return "partial"
    if done.busy:
        return "busy"
    return "done" if any(done.counts.values()) else "nothing"


@contextmanager
def _lease(app: App, step: Step) -> Iterator[bool]:
    """Hold the step for this process; yields False when another one does."""
    path = app.workspace.lease(step.name)
    try:
        path.parent.mkdir(mode=PRIVATE_DIR, exist_ok=True)
        held = locked(path, blocking=False)
        got = held.__enter__()
    except OSError as error:
        raise not_written(path, error) from error
    try:
        yield got
    finally:
        held.__exit__(None, None, None)


def wrong(reports: Sequence[Report]) -> list[EcrmError]:
    """Return what has to be said, each sentence once; raises a bug that a step met."""
    for report in reports:
        if report.bug is not None:
            raise report.bug
    found = [error for report in reports if (error := report.wrong())]
    return list({error.message: error for error in found}.values())


def code(errors: Sequence[EcrmError]) -> int:
    """Return the exit code: the first failure's, else 6 where some of it needs a look, else 0."""
    codes = [error.code for error in errors]
    return next((one for one in codes if one != PartlyDone.code), max(codes, default=0))


def words(counts: Counts) -> str:
    """Return counts as a person reads them: 37 sent, 2 deferred."""
    return ", ".join(
        f"{count:,} {name.removesuffix('s') if count == 1 else name}"
        for name, count in counts.items()
        if count
    )
