"""A sender process: renders, hands over, writes down. It opens no store.

It is started with the send lock open, so that the lock is held until it has ended. On stdin come
orders, one JSON object a line; a closed stdin means that the sender is gone, and nothing more is
begun. On stdout it tells how far it is.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ecrm_cli.core.errors import DataError, OutsideFailure
from ecrm_cli.core.headers import split_sender
from ecrm_cli.core.mailers import Answer
from ecrm_cli.core.processes import on_stop_signals
from ecrm_cli.core.system import restrict_umask, write_whole
from ecrm_cli.outbox.clock import LOOK_EVERY, Clock, Pace
from ecrm_cli.outbox.journal import Journal, answered
from ecrm_cli.outbox.model import Outgoing, Recipient, Terms
from ecrm_cli.outbox.rendering import Renderer
from ecrm_cli.outbox.transport import mailer_of

STDIN, STDOUT = 0, 1
TELL_EVERY = 0.5
MOST_AHEAD = 25


class Halted(Exception):
    """Nothing more is to be begun."""


class Orders:
    """What comes on stdin, read as it comes; ``over`` is set once it is closed."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self._lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> dict[str, Any]:
        """Return the next order; raises Halted when there is none any more."""
        order = self._lines.get()
        if order is None:
            raise Halted
        return order

    def _read(self) -> None:
        with os.fdopen(STDIN, "rb") as stream:
            for line in stream:
                # A sender that was killed may leave half a line.
                if line.endswith(b"\n"):
                    self._lines.put(json.loads(line))
        self.over.set()
        self._lines.put(None)


class Stop:
    """Whether to go on: a sender that is gone, a signal, or the owner's word in a file."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._file: Path | None = None
        self._looked = 0.0
        self._told = False
        self.signalled = False

    def watch(self, path: Path) -> None:
        """Look at this file from here on."""
        self._file, self._looked, self._told = path, 0.0, False

    def signal(self) -> None:
        """Stop for good."""
        self.signalled = True

    def __call__(self) -> bool:
        if self.signalled or self._orders.over.is_set():
            return True
        now = time.monotonic()
        if self._file is not None and now - self._looked >= LOOK_EVERY:
            self._looked, self._told = now, self._file.exists()
        return self._told


class Sender:
    """Carries out orders: ``setup`` once, then ``run`` and ``part`` with its rows."""

    def __init__(self, orders: Orders, stop: Stop) -> None:
        self._orders = orders
        self._stop = stop
        self._told_at = 0.0
        self._done = 0
        setup = orders.next()["setup"]
        self._mailer = mailer_of(setup["way"])
        self._pace = Pace(setup["per_second"])
        # No more than leave in a second: the Date of a message is when it was made.
        self._ahead = int(min(MOST_AHEAD, max(1, setup["per_second"])))
        self._clock = Clock(datetime.fromisoformat(setup["now"]))

    def work(self) -> None:
        """Obey until the sender has gone or a signal came; then let go of the server."""
        try:
            while not self._stop.signalled:
                self._obey(self._orders.next())
        except Halted:
            pass
        self._mailer.close()

    def _obey(self, order: Mapping[str, Any]) -> None:
        if "run" in order:
            outgoing = Outgoing(**order["run"])
            self._renderer = Renderer(outgoing, Terms(**order["terms"]))
            self._sender = split_sender(outgoing.sender)[1]
            return
        part = order["part"]
        rows = [Recipient(**self._orders.next()) for _ in range(part["rows"])]
        self._stop.watch(Path(part["stop"]))
        ended: dict[str, Any] = {}
        try:
            self._send(rows, Path(part["journal"]), ended)
        except OutsideFailure as failure:
            # "Nothing was changed" is true of this message, not of the run.
            words = failure.message.replace("; nothing was changed", "")
            ended["outside"] = {"message": words, "hint": failure.hint}
        except Halted:
            pass
        self._tell({"over": {**ended, "done": self._done}})
        self._done = 0

    def _send(self, rows: list[Recipient], path: Path, ended: dict[str, Any]) -> None:
        journal = Journal(path, self._mailer.sync)
        try:
            for row, made in self._rendered(rows):
                if not self._pace.wait(self._stop):
                    break
                answer = self._deliver(row, made, journal)
                try:
                    journal.answer(row.message_id, answer, self._clock.moment())
                except OutsideFailure:
                    # The sender still has its ears: what the disk cannot take is told there.
                    late = answered(row.message_id, answer, self._clock.moment())
                    ended["late"] = [late]
                    raise
                self._done += 1
                self._tell_progress()
            journal.sync()
        finally:
            journal.close()

    def _rendered(self, rows: list[Recipient]) -> Iterator[tuple[Recipient, bytes | Answer]]:
        """Yield each with their message, or with why there is none; some are made ahead.

        Who takes turns at rendering and talking is slower at both.
        """
        for start in range(0, len(rows), self._ahead):
            some = rows[start : start + self._ahead]
            yield from [(row, self._made(row)) for row in some]

    def _made(self, row: Recipient) -> bytes | Answer:
        try:
            return self._renderer.render(row, self._clock.moment())
        except DataError as error:
            refused = error.kind == "bad-address"
            return Answer("failed" if refused else "skipped", error.message,
                          error.kind if refused else "render-error")  # fmt: skip

    def _deliver(self, row: Recipient, made: bytes | Answer, journal: Journal) -> Answer:
        def begun() -> None:
            if self._stop():
                raise Halted
            journal.begin(row.message_id)

        if isinstance(made, Answer):
            return made
        return self._mailer.deliver(made, self._sender, row.address, begun)

    def _tell_progress(self) -> None:
        if time.monotonic() - self._told_at >= TELL_EVERY:
            self._tell({"done": self._done})
            self._told_at, self._done = time.monotonic(), 0

    def _tell(self, words: Mapping[str, Any]) -> None:
        try:
            write_whole(STDOUT, json.dumps(words).encode() + b"\n")
        except BrokenPipeError:
            # Nobody listens any more; the journal knows.
            self._stop.signal()


def main() -> None:
    """Work until there is nothing more to do; a bug is told, never shown."""
    restrict_umask()
    orders = Orders()
    stop = Stop(orders)
    on_stop_signals(stop.signal)
    try:
        Sender(orders, stop).work()
    except Halted:
        pass
    except Exception:
        # On stderr for the log; on stdout so that the sender can say what happened.
        traceback.print_exc()
        bug = json.dumps({"bug": traceback.format_exc()})
        write_whole(STDOUT, bug.encode() + b"\n")
    # The thread that reads orders may be waiting for one; it is not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
