"""A run is sent: claim, close the store, have it sent, settle; until nothing is due any more."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ecrm_cli.core.errors import Conflict, OutsideFailure
from ecrm_cli.core.processes import Hold, hold
from ecrm_cli.core.store import Row, Store
from ecrm_cli.core.system import PRIVATE_DIR, is_running, not_written, process_words
from ecrm_cli.outbox import halting, ops
from ecrm_cli.outbox.claiming import Batch, Portion, claim, next_run, size_of
from ecrm_cli.outbox.clock import Clock
from ecrm_cli.outbox.crew import BrokenSender, Crew, Report, SendingStopped
from ecrm_cli.outbox.halting import Opener
from ecrm_cli.outbox.progress import Progress
from ecrm_cli.outbox.settling import settle
from ecrm_cli.outbox.terms import terms_of
from ecrm_cli.outbox.transport import Way, way_of

if TYPE_CHECKING:
    from ecrm_cli.core.app import App
    from ecrm_cli.core.settings import Settings
    from ecrm_cli.core.workspace import Workspace

# A report may hold the database for minutes; mail that has left must be settled all the same.
PATIENCE = 600.0
# A folder of this machine takes mail as fast as it comes: more than it can write in a second.
UNHURRIED = 100_000.0
# Batches in a row of which nothing came back.
MOST_IDLE = 3


class WorkspaceMoved(OutsideFailure):
    """The folder went away while mail was being sent."""

    kind = "workspace-moved"

    def __init__(self, root: Path) -> None:
        super().__init__(
            f"{root} was moved or replaced while mail was being sent.",
            hint="Give the command again where it is now: what was begun stands in its journals, "
            "and nothing is sent twice.",
        )


class TransportChanged(Conflict):
    """A run that has begun to go one way would go on another way."""

    def __init__(self, run: Row, sent: int, place: str) -> None:
        super().__init__(
            f"{sent} messages of {run['name']} went to {run['place']}; the others would now go to "
            f"{place}.",
            hint="Set mail.transport back in config.yaml, or cancel this run and begin another.",
        )


@dataclass(frozen=True)
class Sending:
    """How mail is sent from a workspace. ``show`` is handed a line about how far it is."""

    settings: Settings
    way: Way
    now: datetime
    show: Callable[[str], None]

    @property
    def place(self) -> Workspace:
        """The workspace."""
        return self.settings.workspace

    @property
    def per_second(self) -> float:
        """How many messages a second: the pace of the settings, which is for servers."""
        return UNHURRIED if self.way.server is None else self.settings.pace.per_second


@dataclass(frozen=True)
class Outcome:
    """Where a run stands: state and counts as ``ops.status`` gives them.

    ``next_try`` is when the first of the deferred is due. ``busy`` says who else is sending: then
    nothing was done here.
    """

    state: str
    counts: dict[str, int] = field(default_factory=dict)
    next_try: datetime | None = None
    busy: str = ""


def sending_of(app: App) -> Sending:
    """Return how the workspace of a command sends. Raises SecretMissing, OpenSecret."""
    return Sending(app.settings, way_of(app.settings, app.environment), app.now, app.out.progress)


def opener_of(app: App) -> Opener:
    """Return the app as a sender needs it: patient with whoever holds the database."""
    return replace(app, wait=max(app.wait, PATIENCE))


def send(opener: Opener, run_id: int, how: Sending) -> Outcome:
    """Send what is due of a run, and service mail that waits; return where the run stands then.

    What a dead sender left is settled first; the store is open only between batches. Raises
    SendingStopped, WorkspaceMoved, TransportChanged, NoRun, DiskFull, CannotWrite, Busy; and
    KeyboardInterrupt once everything begun is settled.
    """
    place = how.place
    try:
        place.journal.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    except OSError as error:
        raise not_written(place.journal, error) from error
    held = hold(place.send_lock)
    if held is None:
        return Outcome("running", busy=sender_words(place))
    try:
        return Session(opener, run_id, how, held).run()
    finally:
        held.close()


def sender_words(place: Workspace) -> str:
    """Return who holds the send lock, as they wrote it there."""
    try:
        said = json.loads(place.send_lock.read_text(encoding="utf-8"))
        pid, words = int(said["pid"]), str(said["words"])
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
    if not is_running(pid):
        return f"the last processes of a sender that was killed ({words})"
    return f"{process_words(pid)}, {words}"


class Session:
    """One process that holds the send lock, from its first claim to its last settling."""

    def __init__(self, opener: Opener, run_id: int, how: Sending, held: Hold) -> None:
        self._opener = opener
        self._run_id = run_id
        self._how = how
        self._held = held
        self._clock = Clock(how.now)
        self._progress = Progress(how.show)
        self._idle = 0
        connections = how.settings.pace.connections
        self._portion = Portion(
            size_of(how.per_second, connections), connections, how.place.journal
        )
        setup = {"way": how.way.as_dict(), "now": how.now.isoformat(),
                 "per_second": how.per_second / connections}  # fmt: skip
        self._log = how.place.logs / "senders.log"
        self._crew = Crew(setup, held, self._log)

    def run(self) -> Outcome:
        """Work until nothing is due."""
        self._how.way.prepare()
        self._say("sending mail")
        report = Report()
        try:
            while True:
                batch, outcome = self._between(report)
                if batch is None:
                    return outcome
                report = self._work(batch, outcome)
        finally:
            self._progress.end()
            self._crew.dismiss()

    def _say(self, words: str) -> None:
        self._held.say(json.dumps({"pid": os.getpid(), "words": words}))

    def _between(self, report: Report) -> tuple[Batch | None, Outcome]:
        """Settle what was done, and claim what comes next: all that the store is opened for."""
        place = self._how.place
        with self._open() as store:
            moment = self._clock.moment()
            done = settle(store, moment, place.journal, report.late)
            for path in done:
                path.unlink(missing_ok=True)
            self._refuse(report)
            halting.obey(store, place, moment, self._run_id)
            self._set_place(store)
            chosen = next_run(store, moment, self._run_id)
            batch = claim(store, moment, chosen, self._portion)
            return batch, self._outcome(store)

    def _open(self) -> AbstractContextManager[Store]:
        if not self._held.is_at(self._how.place.send_lock):
            raise WorkspaceMoved(self._how.place.root)
        return self._opener.writing()

    def _work(self, batch: Batch, outcome: Outcome) -> Report:
        """Have a batch sent, while the store is anybody's."""
        if not batch.recipients:
            return Report()
        self._say(f"sending {batch.outgoing.name} (R-{batch.claim.run_id})")
        stop = halting.stop_file(self._how.place, batch.claim.run_id)
        terms = terms_of(self._how.settings, batch.outgoing.sender)
        self._progress.begin(outcome.counts)
        report = self._crew.work(batch, terms, stop, self._progress.tell)
        self._idle = 0 if report.done or stop.exists() else self._idle + 1
        return report

    def _refuse(self, report: Report) -> None:
        """Raise what ends the session, now that everything that was begun is settled."""
        if report.interrupted:
            raise KeyboardInterrupt
        if report.bug or self._idle == MOST_IDLE:
            raise BrokenSender(self._log, report.bug)
        if report.outside is not None and self._idle:
            raise SendingStopped(report.outside)

    def _set_place(self, store: Store) -> None:
        """Keep the run to the way that its first messages went."""
        way, run = self._how.way, ops.run(store, self._run_id)
        if (run["transport"], run["place"]) == (way.transport, way.place):
            return
        gone = sum(ops.status(store, self._run_id)[name] for name in ("sent", "unknown"))
        if run["transport"] != way.transport and gone:
            raise TransportChanged(run, gone, way.place)
        store.run("outbox.set_place", run_id=self._run_id, transport=way.transport, place=way.place)

    def _outcome(self, store: Store) -> Outcome:
        run = ops.run(store, self._run_id)
        counts = ops.status(store, self._run_id)
        return Outcome(run["state"], counts, ops.next_try(store, self._run_id))
