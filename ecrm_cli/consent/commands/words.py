"""What consent's commands say to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row

_NOTES = {
    "already": "had said so before",
    "withdrawn": "said no: left alone",
    "suppressed": "must not be written to: left alone",
    "unknown": "not in the book",
}


def granted(counts: Mapping[str, object]) -> Iterator[str]:
    """Say what a grant did."""
    began = "Would grant" if counts["dry_run"] else "Granted"
    yield f"{began} {counts['topic']} by {counts['channel']}."
    yield from _counted(counts, ("granted", "already", "withdrawn", "suppressed", "unknown"))


def withdrawn(counts: Mapping[str, object]) -> Iterator[str]:
    """Say what a withdrawal did."""
    began = "Would withdraw" if counts["dry_run"] else "Withdrew"
    of = "everything" if counts["topic"] == "all" else counts["topic"]
    yield f"{began} {of} by {counts['channel']}."
    yield from _counted(counts, ("withdrawn", "already", "unknown"))


def _counted(counts: Mapping[str, object], outcomes: tuple[str, ...]) -> Iterator[str]:
    done, *others = outcomes
    yield f"  {done:<10} {counts[done]:>7}"
    for outcome in others:
        if counts[outcome]:
            yield f"  {outcome:<10} {counts[outcome]:>7}  {_NOTES[outcome]}"


def state(page: Row) -> Iterator[str]:
    """Say what a contact allowed and what may be done with it."""
    yield f"{page['ref']}"
    for row in page["consent"]:
        basis = f" ({row['basis']})" if row["basis"] else ""
        yield f"  {row['channel']} {row['topic']}: {row['status']}{basis}, {shown(row['at'])}"
    if not page["consent"]:
        yield "  nothing was ever said"
    for row in page["suppressions"]:
        yield f"  {row['address']} is suppressed ({row['reason']}), {shown(row['occurred_at'])}"
    yield "May be written to"
    for row in page["answers"]:
        yield f"  {row['topic']:<12} {'yes' if row['may'] else 'no: ' + row['reason']}"


def explained(told: Row) -> Iterator[str]:
    """Say each rule of the answer with the fact behind it."""
    answer = "may" if told["may"] else "may not"
    why = f": {told['reason']}" if told["reason"] else ""
    yield (
        f"P-{told['contact']} {answer} be written to about {told['topic']} "
        f"by {told['channel']}{why}."
    )
    for rule in told["rules"]:
        yield f"  {'yes' if rule['holds'] else 'no':<4} {rule['rule']:<12} {_fact(rule)}"


def _fact(rule: Row) -> str:
    fact = rule["fact"]
    if rule["rule"] == "address":
        return fact["address"] if fact else "none of this channel"
    if rule["rule"] == "suppression":
        if fact is None:
            return "nothing stands against them"
        return f"{fact['address']}: {fact['reason']}, {shown(fact['occurred_at'])}"
    if fact is None:
        return "never asked"
    kept = [f"{fact['topic']} {fact['status']} {shown(fact['occurred_at'])}"]
    kept += [f"{name}: {fact[name]}" for name in ("basis", "source", "wording", "evidence", "actor")
             if fact[name]]  # fmt: skip
    return "; ".join(kept)


def suppressed(counts: Mapping[str, object]) -> Iterator[str]:
    """Say what a suppression did."""
    before = f"; {counts['already']} were before" if counts["already"] else ""
    began = "Would suppress" if counts["dry_run"] else "Suppressed"
    yield f"{began} {counts['suppressed']} ({counts['reason']}){before}."


def lifted(rows: list[Row]) -> Iterator[str]:
    """Say what was lifted."""
    for row in rows:
        yield f"{row['address']} is no longer suppressed."
