"""A workspace that sends: its people, its runs, its sender processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ecrm_cli.core.app import App
from ecrm_cli.core.secrets import workspace_key
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.outbox import ops
from ecrm_cli.outbox.model import Outgoing
from ecrm_cli.outbox.sending import Outcome, opener_of, send, sending_of
from tests.door import process_environment
from tests.outbox.runs import SPRING, crowd, freeze, messages


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@dataclass
class Sender:
    """A sender process and those it started."""

    process: subprocess.Popen[str]

    def wait(self, seconds: float = 60.0) -> tuple[int, Any, str]:
        """Return exit code, outcome and complaints."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, json.loads(out) if out else None, err

    @property
    def children(self) -> list[int]:
        """The sender processes it started."""
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in told.split()]

    def kill_all(self) -> None:
        """Kill it and all that it started, at one go."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@dataclass
class Shop:
    """A workspace, as tests use it."""

    app: App
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Workspace:
        """Its files."""
        return self.app.workspace

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.place.root

    def set(self, **blocks: dict[str, Any]) -> None:
        """Change settings, block by block; what is not said stays as it was."""
        self.settings = merged(self.settings, blocks)
        # JSON is YAML.
        self.place.config.write_text(json.dumps(self.settings), encoding="utf-8")
        self.app = replace(self.app)

    def through(self, port: int) -> None:
        """Have mail leave through a server on loopback."""
        server = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": 2}
        self.set(mail={"transport": "smtp", "smtp": server})

    def run_for(self, count: int, outgoing: Outgoing = SPRING) -> int:
        """Freeze a run for so many new people."""
        with self.app.writing() as store:
            changed = replace(outgoing, transport=self.app.settings.mail.transport)
            return freeze(store, crowd(store, count), changed, workspace_key(self.place))

    def send(self, run_id: int) -> Outcome:
        """Send in this process."""
        return send(opener_of(self.app), run_id, sending_of(self.app))

    @contextmanager
    def sender(self, run_id: int, wait: str = "600s") -> Iterator[Sender]:
        """Start a sender process; whatever is left of it and its own is killed."""
        with self.process("tests.outbox.sender", run_id, wait) as process:
            yield Sender(process)

    @contextmanager
    def process(self, module: str, run_id: int, *more: str) -> Iterator[subprocess.Popen[str]]:
        """Start a module on a run of this workspace, in a process group of its own."""
        with subprocess.Popen(
            [sys.executable, "-m", module, str(self.root), str(run_id), *more],
            env=process_environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                # The group outlives its leader as long as one of it runs.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def counts(self, run_id: int) -> dict[str, int]:
        """The run's counts, asked as another command would."""
        with replace(self.app, wait=30.0).reading() as store:
            return ops.status(store, run_id)

    def state(self, run_id: int) -> str:
        """The run's state."""
        with replace(self.app, wait=30.0).reading() as store:
            return str(ops.run(store, run_id)["state"])

    def column(self, run_id: int, name: str) -> list[Any]:
        """One column of a run's messages."""
        with replace(self.app, wait=30.0).reading() as store:
            return [row[name] for row in messages(store, run_id)]

    def journals(self) -> list[Path]:
        """The journals that are there."""
        return sorted(self.place.journal.glob("*.ndjson"))


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the old settings with the new ones in them."""
    inside = {
        name: merged(old[name], value)
        for name, value in new.items()
        if isinstance(value, dict) and isinstance(old.get(name), dict)
    }
    return {**old, **new, **inside}


def adds_up(counts: dict[str, int]) -> bool:
    """Whether the audience is the sum of the seven."""
    return counts["audience"] == sum(counts.values()) - counts["audience"]
