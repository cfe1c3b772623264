"""A mail server on loopback that greets, takes one user's password, and keeps what it was told."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

USER, WORD = "shop", "s3 cret"


class Talk(socketserver.StreamRequestHandler):
    """One conversation."""

    def handle(self) -> None:
        # Who speaks TLS to a plain server, or looks only whether it is there, just hangs up.
        with suppress(ConnectionError):
            self._talk()

    def _talk(self) -> None:
        self._say("220 mail.example ESMTP")
        while line := self.rfile.readline().decode(errors="replace").strip():
            self.server.heard.append(line)  # type: ignore[attr-defined]
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self._say("250-mail.example\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                good = base64.b64encode(f"\0{USER}\0{WORD}".encode()).decode()
                self._say("235 welcome" if line.split()[-1] == good else "535 go away")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """Run the server; yields its port and the lines it hears."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.heard = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1], server.heard  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()
