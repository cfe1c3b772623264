"""The 360° view: one person's page out of every room, as data and as lines."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.audit import ops as audit
from ecrm_cli.cases import ops as cases
from ecrm_cli.cases.hours import policy_of
from ecrm_cli.consent import ops as consent
from ecrm_cli.contacts import ops
from ecrm_cli.core.app import App
from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row, Store
from ecrm_cli.intake import ops as intake
from ecrm_cli.loyalty import ops as loyalty
from ecrm_cli.orders import ops as orders
from ecrm_cli.outbox import ops as outbox
from ecrm_cli.segments import ops as segments
from ecrm_cli.segments import snapshots

# Each room that knows something of a person says it in the same four columns.
TIMELINES = (ops.timeline, consent.timeline, outbox.timeline, orders.timeline, cases.timeline,
             loyalty.timeline, snapshots.timeline, intake.timeline, audit.timeline)  # fmt: skip
SHOWN_EVENTS = 15


def page(app: App, store: Store, contact_id: int) -> Row:
    """Return all that is known of a contact; null stands for what is not measured here."""
    asking = segments.asking_of(app)
    return {
        **ops.show(store, contact_id),
        "consent": consent.state(store, contact_id),
        "segments": segments.of_contact(store, asking, contact_id),
        "orders": orders.summary_of_contact(store, contact_id),
        "scores": None,
        "points": loyalty.points_of(store, contact_id),
        "open_cases": cases.undone_of_contact(
            store, app.now, contact_id, lambda: policy_of(app.settings)
        ),
        "timeline": timeline(store, contact_id),
    }


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return what happened, the newest first: occurred_at, room, what, detail."""
    events = [event for told in TIMELINES for event in told(store, contact_id)]
    return sorted(events, key=lambda event: event["occurred_at"], reverse=True)


def lines(told: Row) -> Iterator[str]:
    """Yield the page for a person to read."""
    yield from _profile(told)
    yield "Consent"
    yield from _list(f"{c['channel']} {c['topic']}: {c['status']}" + (
        f" ({c['basis']})" if c["basis"] else "") for c in told["consent"])  # fmt: skip
    yield "Orders"
    yield from _list(
        f"{row['orders']} orders, {shown(row['total'])} {row['currency']}, "
        f"last {shown(row['last_ordered_at'])}"
        for row in told["orders"]
    )
    yield "Points"
    yield f"  {told['points']}"
    yield from _cases(told["open_cases"])
    yield "Segments"
    yield from _list(told["segments"])
    yield "Timeline"
    for event in told["timeline"][:SHOWN_EVENTS]:
        yield f"  {shown(event['occurred_at'])}  {event['what']}  {event['detail'] or ''}"
    if len(told["timeline"]) > SHOWN_EVENTS:
        yield f"  … and {len(told['timeline']) - SHOWN_EVENTS} more; --json shows them"


def _profile(told: Row) -> Iterator[str]:
    name = " ".join(part for part in (told["given_name"], told["family_name"]) if part)
    yield f"{told['ref']}  {name or told['email'] or told['phone'] or ''}"
    for field in ("email", "phone", "company", "job", "street", "postcode", "city", "region",
                  "country", "birthday", "locale", "zone", "external_ids", "tags"):  # fmt: skip
        if told[field]:
            yield f"  {field:<13} {shown(told[field])}"
    for name, value in told["attributes"].items():
        yield f"  {name:<13} {shown(value)}"


def _cases(rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield "Open cases"
    for row in rows:
        due = f", due {shown(row['due_at'])}" if row["due_at"] else ""
        yield f"  {row['ref']} {row['subject']}: {row['status']}, {row['priority']}{due}"


def _list(entries: Iterator[str] | list[str]) -> Iterator[str]:
    said = [f"  {entry}" for entry in entries]
    yield from said or ["  none"]
