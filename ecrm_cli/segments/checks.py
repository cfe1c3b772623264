"""What is wrong with segments, as findings."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Row, Store
from ecrm_cli.segments import library, ops
from ecrm_cli.segments.model import Asking


def findings(store: Store, asking: Asking, names: Sequence[str]) -> list[Row]:
    """Return what is wrong with segments: rule, severity, message, hint, examples.

    Raises NotFound for one that is not there.
    """
    found: list[Row] = []
    inhabited = contacts.count(store) > 0
    for name in names:
        read = library.reading(asking.folder, name)
        found += [_finding(problem) for problem in read.problems]
        if read.rule is not None and inhabited and not ops.count(store, read.rule, asking):
            found.append(_nobody(name, read.label))
    return found


def _finding(problem: DataError) -> Row:
    place = problem.place
    spot = ":".join(str(part) for part in (place.file, place.line) if part is not None)
    return {
        "rule": problem.kind,
        "severity": "error",
        "message": f"{problem.message} ({place.key})" if place.key else problem.message,
        "hint": problem.hint,
        "examples": [spot] if spot else [],
    }


def _nobody(name: str, label: str) -> Row:
    return {
        "rule": "nobody",
        "severity": "warning",
        "message": f"Nobody is in {name} today.",
        "hint": f"If that is a surprise: ecrm segment explain {name} CONTACT",
        "examples": [label],
    }


def line(finding: Row) -> str:
    """Return a finding for a person to read."""
    spot = ", ".join([*finding["examples"], finding["message"]])
    return f"{finding['severity'].title()}: {spot} {finding['hint'] or ''}".rstrip()
