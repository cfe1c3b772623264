"""Postfix's own tools: a server that takes everything, and a sender that does nothing but send."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.process import CommandFailed

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin"])
BACKLOG = "1024"


class NoSink(Exception):
    """Postfix's smtp-sink and smtp-source are not on this machine."""


@dataclass(frozen=True)
class Sink:
    """Where everything is taken."""

    port: int

    def as_settings(self) -> dict[str, object]:
        """Return it as ``mail.smtp`` of config.yaml."""
        return {"host": "127.0.0.1", "port": self.port, "security": "none"}


@contextmanager
def sink_open() -> Iterator[Sink]:
    """Start smtp-sink on a free port of loopback, and end it. Raises NoSink, CommandFailed."""
    program = _found("smtp-sink")
    _found("smtp-source")
    port, name = _free_port(), f"sink-{os.getpid()}.example.com"
    # As root it wants to be somebody else.
    given_up = ["-u", "nobody"] if os.geteuid() == 0 else []
    words = [program, *given_up, "-h", name, f"127.0.0.1:{port}", BACKLOG]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
    try:
        _wait_for(process, port, name)
        yield Sink(port)
    finally:
        process.terminate()
        process.wait()


def source(
    sink: Sink, amount: int, size: int, connections: int, *, keep_open: bool = False
) -> float:
    """Return how many messages a second smtp-source hands over; it connects anew for each.

    With ``keep_open`` it sends all of a session's over one connection.
    """
    words = [
        _found("smtp-source"), *(["-d"] if keep_open else []), "-s", str(connections),
        "-m", str(amount), "-l", str(size), "-f", "shop@example.com", "-t", "p@example.com",
        f"127.0.0.1:{sink.port}",
    ]  # fmt: skip
    started = time.perf_counter()
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CommandFailed(f"smtp-source: {ran.stderr.strip()}")
    return amount / (time.perf_counter() - started)


def _found(name: str) -> str:
    program = shutil.which(name, path=PLACES)
    if program is None:
        raise NoSink(f"{name} is not here (on Debian and Ubuntu: apt-get install postfix)")
    return program


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    """Wait until the sink greets by its name: something else might listen there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                if name.encode() in line.recv(200):
                    return
        except OSError:
            time.sleep(0.05)
    raise CommandFailed("smtp-sink did not greet")
