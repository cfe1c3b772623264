"""The global options, read: what a command is handed, and how its answer is written."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecrm_cli.core.app import App
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.output import FORMATS, Output, View

_TIME = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([sm]?)")
_COUNT = re.compile(r"[0-9]{1,18}")


class NotText(UsageError):
    """A word of the command line is bytes that mean nothing in UTF-8."""

    def __init__(self, word: str) -> None:
        shown = os.fsencode(word).decode("utf-8", errors="backslashreplace")
        super().__init__(
            f"'{shown}' on the command line is not text in UTF-8.",
            hint="Type it in a UTF-8 terminal; rename a file that is called so.",
        )


def check_words(argv: Sequence[str]) -> None:
    """Refuse a command line that no answer, file or row could repeat; raises NotText."""
    for word in argv:
        # Python keeps each byte that it could not read as half a character.
        if any("\udc80" <= sign <= "\udcff" for sign in word):
            raise NotText(word)


def make_app(chosen: Mapping[str, Any], environment: Mapping[str, str]) -> App:
    """Make the App out of the options given on the line."""
    interactive = not chosen.get("no_input") and sys.stdin is not None and sys.stdin.isatty()
    workspace = chosen.get("workspace")
    out = Output(view_of(chosen, environment))
    app = App(
        out=out,
        ask=Ask(interactive=interactive),
        now=time_from(environment),
        environment=environment,
        folder=Path(workspace) if workspace else None,
        wait=seconds(chosen.get("wait", "10s")),
    )
    out.zone = lambda: app.settings.business.zone
    return app


def view_of(chosen: Mapping[str, Any], environment: Mapping[str, str]) -> View:
    """Read the options about the answer's form."""
    name = "json" if chosen.get("json") else chosen.get("format", "table")
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}.", hint=f"Use {', '.join(FORMATS)}.")
    limit = chosen.get("limit", "")
    number = int(limit) if _COUNT.fullmatch(limit) else None
    if limit not in ("", "all") and number is None:
        raise UsageError(f"--limit {limit} is not a number.", hint="Write a number, or all.")
    return View(
        format=name,
        out=Path(chosen["out"]) if "out" in chosen else None,
        quiet=bool(chosen.get("quiet")),
        color=not chosen.get("no_color") and "NO_COLOR" not in environment,
        fields=tuple(part.strip() for part in chosen.get("fields", "").split(",") if part.strip()),
        limit=number,
        all_rows=limit == "all",
        sort=chosen.get("sort", ""),
        header=not chosen.get("no_header"),
        excel=bool(chosen.get("for_excel")),
    )


def time_from(environment: Mapping[str, str]) -> datetime:
    """Return this command's time: ``ECRM_NOW`` (ISO 8601) or the clock, aware, in UTC."""
    given = environment.get("ECRM_NOW")
    if not given:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(
            f"ECRM_NOW is {given!r}, which is not a time.", hint="Write it like 2026-03-01T09:00Z."
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def seconds(text: str) -> float:
    """Read a waiting time such as ``10``, ``0.5s`` or ``2m``; returns seconds."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is not a waiting time.", hint="Write it like 10s or 2m.")
    return float(found[1]) * (60 if found[2] == "m" else 1)
