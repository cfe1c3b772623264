"""The single answer: may this contact be written to about this, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ecrm_cli.consent.model import CHANNELS, Answer
from ecrm_cli.core.store import Row, Store


def state(store: Store, contact_id: int) -> list[Row]:
    """Return what counts today: channel, topic, status, basis, at; topic ``all`` comes last."""
    return store.rows("consent.state", contact_id=contact_id)


def may_contact(store: Store, contact_id: int, channel: str, topic: str) -> Answer:
    """Return whether a contact may be written to about ``topic``, and if not, the first reason.

    Reasons: no-address (no primary address of the channel's kind), suppressed, no-consent.
    """
    if store.one("consent.address", contact_id=contact_id, channel=channel) is None:
        return Answer(False, "no-address")
    if store.one("consent.standing", contact_id=contact_id, channel=channel) is not None:
        return Answer(False, "suppressed")
    word = store.one("consent.last_word", contact_id=contact_id, channel=channel, topic=topic)
    if word is None or word["status"] != "granted":
        return Answer(False, "no-consent")
    return Answer(True)


def answer_chosen(store: Store, channel: str, topic: str) -> None:
    """Fill the table ``contact_answer`` for those in ``chosen_contact``: contact_id, reason.

    ``reason`` is the one ``may_contact`` gives, or None for who may be written to.
    """
    store.run("consent.create_answers")
    store.run("consent.fill_answers", channel=channel, topic=topic)


def mailable_counts(store: Store, channel: str, topics: Sequence[str] = ()) -> list[Row]:
    """Return for each topic how many may be written to, and why the others may not.

    topic, channel, may, no_address, suppressed, no_consent: their sum is all contacts, each
    counted under the first reason that ``may_contact`` gives. ``topics`` come first, in their
    order; then those that somebody once answered to.
    """
    return store.rows("consent.mailable", channel=channel, topics=list(topics))


def reach(store: Store, channel: str, until: datetime, known: datetime | None) -> int:
    """Return how many may be written to about any topic, as it was before ``until``.

    With ``known`` (aware) only what the file had recorded by then counts.
    """
    row = store.one("consent.reach", channel=channel, until=until, known=known)
    return int(row["may"]) if row else 0


def explain(store: Store, contact_id: int, channel: str, topic: str) -> Row:
    """Return the answer rule by rule: contact, channel, topic, may, reason, rules.

    Each rule has ``rule`` (address, suppression, consent), ``holds`` and the fact behind it:
    ``address``, the standing ``suppression`` or the ``event`` with the last word; None if none.
    """
    asked = {"contact_id": contact_id, "channel": channel}
    address = store.one("consent.address", **asked)
    standing = store.one("consent.standing", **asked)
    word = store.one("consent.last_word", **asked, topic=topic)
    answer = may_contact(store, contact_id, channel, topic)
    return {
        "contact": contact_id,
        "channel": channel,
        "topic": topic,
        "may": answer.may,
        "reason": answer.reason or None,
        "rules": [
            {"rule": "address", "holds": address is not None, "fact": address},
            {"rule": "suppression", "holds": standing is None, "fact": standing},
            {
                "rule": "consent",
                "holds": word is not None and word["status"] == "granted",
                "fact": word,
            },
        ],
    }


def standing(store: Store, contact_id: int) -> list[Row]:
    """Return what stands against writing to a contact on any channel.

    suppression_id, channel, address, reason, occurred_at.
    """
    return [
        row
        for channel in CHANNELS
        for row in store.rows("consent.standing", contact_id=contact_id, channel=channel)
    ]


def answers(store: Store, contact_id: int, topics: Sequence[str]) -> list[Row]:
    """Return the answer about each topic by e-mail: channel, topic, may, reason."""
    given = ((topic, may_contact(store, contact_id, "email", topic)) for topic in topics)
    return [
        {"channel": "email", "topic": topic, "may": answer.may, "reason": answer.reason or None}
        for topic, answer in given
    ]


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return what was granted, withdrawn and suppressed: occurred_at, room, what, detail."""
    return store.rows("consent.timeline", contact_id=contact_id)
