"""The sender processes of one session, as the process that started them sees them."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from ecrm_cli.core.errors import EcrmError, OutsideFailure
from ecrm_cli.core.processes import Hold, start_python
from ecrm_cli.outbox.claiming import Batch
from ecrm_cli.outbox.model import Terms

MODULE = "ecrm_cli.outbox.worker"
# The longest a process that was let go may take to hang up, in seconds; it is never killed.
LAST_WORDS = 10


class SendingStopped(OutsideFailure):
    """No message could be handed over; the words are the sender process's own."""

    kind = "sending-stopped"

    def __init__(self, said: Mapping[str, str]) -> None:
        super().__init__(
            said["message"],
            hint=f"{said['hint']} What was not sent waits; the same command goes on with it.",
        )


class BrokenSender(EcrmError):
    """Sender processes end without a word."""

    def __init__(self, log: Path, words: str = "") -> None:
        last = words.strip().splitlines()[-1] if words.strip() else "no word"
        super().__init__(
            f"This is a bug in ecrm: its sender processes ended ({last}). See {log}.",
            hint="What was not sent waits; please report it.",
        )
        self.words = words


@dataclass
class Worker:
    """One process, what it is at, and what it said at the end of its part."""

    process: subprocess.Popen[bytes]
    orders: IO[bytes]
    words: IO[bytes]
    run_id: int = 0
    busy: bool = False
    alive: bool = True
    # The server took no line from it the last time: others go first.
    refused: bool = False

    def tell(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Give orders; one that has ended takes none."""
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        with suppress(BrokenPipeError):
            self.orders.write(text.encode())
            self.orders.flush()

    def let_go(self) -> None:
        """Close its ears: it finishes the message it is at, and ends."""
        with suppress(BrokenPipeError):
            self.orders.close()


@dataclass
class Report:
    """What became of a batch, beside its journals: how many answers, and what went wrong."""

    done: int = 0
    late: list[dict[str, Any]] = field(default_factory=list)
    outside: Mapping[str, str] | None = None
    bug: str = ""
    interrupted: bool = False


Event = tuple[Worker, dict[str, Any] | None]


class Crew:
    """Starts sender processes when they are needed and keeps them; each holds the send lock."""

    def __init__(self, setup: Mapping[str, Any], hold: Hold, log: Path) -> None:
        self._setup = setup
        self._hold = hold
        self._log = log
        self._workers: list[Worker] = []
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def work(self, batch: Batch, terms: Terms, stop: Path, tell: Callable[[int], None]) -> Report:
        """Have a batch sent; return once every process has ended its part or itself.

        ``tell`` is called with the number of further answers, now and then. ``stop`` is the file
        that halts the run. Ctrl-C lets each finish its message.
        """
        report = Report()
        living = (worker for worker in self._workers if worker.alive)
        self._workers = sorted(living, key=lambda worker: worker.refused)
        while len(self._workers) < batch.claim.parts:
            self._workers.append(self._start())
        for number, worker in enumerate(self._workers[: batch.claim.parts]):
            self._deal(worker, batch, number, terms, stop)
        while any(worker.busy for worker in self._workers):
            try:
                worker, said = self._events.get(timeout=1)
                self._hear(worker, said, report)
                tell(report.done)
            except queue.Empty:
                tell(report.done)
            except KeyboardInterrupt:
                if report.interrupted:
                    raise
                report.interrupted = True
                self._let_go()
        return report

    def dismiss(self) -> None:
        """Let everybody go and wait a little for them to hang up."""
        self._let_go()
        for worker in self._workers:
            # One that is at a message still holds the send lock, and ends by itself after it.
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(LAST_WORDS)
        self._workers = []

    def _let_go(self) -> None:
        for worker in self._workers:
            worker.let_go()

    def _start(self) -> Worker:
        process = start_python(MODULE, self._hold.handle, self._log)
        orders, words = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        worker = Worker(process, orders, words)
        threading.Thread(target=self._listen, args=(worker,), daemon=True).start()
        worker.tell([{"setup": self._setup}])
        return worker

    def _listen(self, worker: Worker) -> None:
        with worker.words as stream:
            for line in stream:
                if line.endswith(b"\n"):
                    self._events.put((worker, json.loads(line)))
        self._events.put((worker, None))

    def _deal(self, worker: Worker, batch: Batch, number: int, terms: Terms, stop: Path) -> None:
        rows = batch.part(number)
        lines: list[Mapping[str, Any]] = []
        if worker.run_id != batch.claim.run_id:
            lines.append({"run": vars(batch.outgoing), "terms": vars(terms)})
        part = {"journal": str(batch.journals[number]), "stop": str(stop), "rows": len(rows)}
        lines += [{"part": part}, *map(vars, rows)]
        worker.run_id, worker.busy = batch.claim.run_id, True
        worker.tell(lines)

    def _hear(self, worker: Worker, said: dict[str, Any] | None, report: Report) -> None:
        if said is None:
            worker.busy = worker.alive = False
        elif "over" in said:
            over = said["over"]
            worker.busy, worker.refused = False, "outside" in over
            report.done += over["done"]
            report.late += over.get("late", [])
            report.outside = over.get("outside") or report.outside
        elif "bug" in said:
            report.bug = said["bug"]
        else:
            report.done += said["done"]
