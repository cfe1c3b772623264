"""The package mailmerge, in an environment of its own, on a list of ours."""

from __future__ import annotations

import subprocess
from itertools import islice
from pathlib import Path

from bench.process import measured, python
from bench.sink import Sink

ENVIRONMENT = Path(__file__).parent / "data" / "mailmerge"
# Its html5lib asks setuptools for what later ones do not have any more.
PACKAGES = ("mailmerge==2.3.0", "setuptools<81")
TEMPLATE = """TO: {{email}}
SUBJECT: {{first_name}}, something new
FROM: Corner Coffee <shop@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="between-the-parts"

--between-the-parts
Content-Type: text/plain; charset=utf-8

%(text)s
--between-the-parts
Content-Type: text/html; charset=utf-8

%(html)s
--between-the-parts--
"""


class NoMailmerge(Exception):
    """The package cannot be had."""


def merged(folder: Path, people: Path, amount: int, sink: Sink, parts: dict[str, str]) -> float:
    """Return how many of ``amount`` people mailmerge mails a second. Raises NoMailmerge.

    ``parts`` are ``text`` and ``html`` of the mail, with ``{{first_name}}`` in them.
    """
    program = _installed()
    place = folder / "mailmerge"
    place.mkdir()
    with people.open(encoding="utf-8") as book:
        (place / "list.csv").write_text("".join(islice(book, amount + 1)), encoding="utf-8")
    (place / "template.txt").write_text(TEMPLATE % parts, encoding="utf-8")
    (place / "server.conf").write_text(f"[smtp_server]\nhost = 127.0.0.1\nport = {sink.port}\n")
    words = [
        str(program), "--no-dry-run", "--no-limit", "--output-format", "text",
        "--template", "template.txt", "--database", "list.csv", "--config", "server.conf",
    ]  # fmt: skip
    return amount / measured(words, place).wall


def _installed() -> Path:
    program = ENVIRONMENT / "bin" / "mailmerge"
    if program.exists():
        return program
    for words in (
        python("-m", "venv", "--clear", str(ENVIRONMENT)),
        [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "-q", *PACKAGES],
    ):
        ran = subprocess.run(words, capture_output=True, text=True, check=False)
        if ran.returncode:
            last = (ran.stderr or ran.stdout).strip().splitlines()[-1:]
            raise NoMailmerge(f"it could not be installed ({' '.join(last)})")
    return program
