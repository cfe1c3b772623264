"""Consent that comes with a file: only when the owner says so, never over a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecrm_cli.consent import grants, ops
from ecrm_cli.consent.model import Grant
from ecrm_cli.contacts.absorb import Origin
from ecrm_cli.contacts.ops import choose
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.store import Row, Store

CHANNEL = "email"


@dataclass(frozen=True)
class Agreement:
    """What the people of a file agreed to, and on what ground."""

    topic: str
    basis: str


class HalfAgreement(UsageError):
    """A topic without a basis, or the other way round."""

    def __init__(self) -> None:
        super().__init__(
            "--consent-topic and --consent-basis go together.",
            hint="Write for example --consent-topic offers --consent-basis consent.",
        )


def agreement_of(topic: str | None, basis: str | None, topics: Sequence[str]) -> Agreement | None:
    """Return what the two options say. Raises HalfAgreement, UnknownTopic."""
    from ecrm_cli.consent.model import check_topic

    if not topic and not basis:
        return None
    if not topic or not basis:
        raise HalfAgreement
    check_topic(topic, topics)
    return Agreement(topic, basis)


def record(store: Store, origin: Origin, given: Agreement) -> Row:
    """Record the grants of this file's people; return the counts by outcome.

    granted, already, withdrawn, suppressed, unknown, and said_no: those whose line says no.
    """
    choose(store, [])
    store.run("intake.create_agreeing_macro")
    store.run("intake.choose_agreeing")
    said_no = (store.one("intake.count_not_agreeing") or {})["contacts"]
    grant = Grant(
        CHANNEL, given.topic, given.basis, origin.source, origin.now, batch_id=origin.batch_id
    )
    counts = grants.grant(store, origin.now, grant, chosen={"batch": origin.batch_id})
    return {**counts, "said_no": said_no}


def mailable(store: Store, given: Agreement | None) -> list[Row]:
    """Return how many may be mailed about what, and why the others may not."""
    return ops.mailable_counts(store, CHANNEL, [given.topic] if given else [])
