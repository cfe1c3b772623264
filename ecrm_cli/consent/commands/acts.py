"""What consent's commands do between the line and the page."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecrm_cli.consent import grants, ops, roll, suppressions
from ecrm_cli.consent.commands.choosing import Chosen, Meant, Whom, addresses, choose
from ecrm_cli.consent.model import BASES, EVERY_TOPIC, Grant, Withdrawal, check_topic
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.store import Row, Store


class OneContact(UsageError):
    """A grant after a withdrawal for more than one person."""

    def __init__(self) -> None:
        super().__init__(
            "--after-withdrawal is for one contact, named on the line.",
            hint="Nobody who said no is brought back in bulk.",
        )


@dataclass(frozen=True)
class Done:
    """What a grant or withdrawal came to, and the names on the list that nobody has."""

    counts: Row
    unknown: list[str] = field(default_factory=list)

    def refuse_unknown(self) -> None:
        """Raise SomeUnknown when there were such names."""
        if self.unknown:
            raise roll.SomeUnknown(self.unknown)


def topic_of(door: App, topic: str | None) -> str:
    """Return the topic given, or ask for it. Raises UnknownTopic, NeedsAnswer."""
    known = door.settings.consent.topics
    given = topic or door.ask.choose("About which topic?", "--topic", known)
    check_topic(given, known)
    return given


def topic_or_all(door: App, topic: str | None) -> str:
    """The same, where all is an answer too."""
    known = [*door.settings.consent.topics, EVERY_TOPIC]
    given = topic or door.ask.choose("From which topic?", "--topic", known)
    check_topic(given, known)
    return given


def basis_of(door: App, basis: str | None) -> str:
    """Return the ground given, or ask for it. Raises NeedsAnswer."""
    return basis or door.ask.choose("On what ground?", "--basis", BASES)


def grant(door: App, store: Store, given: Grant, whom: Whom, dry_run: bool) -> Done:
    """Record a grant: of one person, or of many with those who said no left alone."""
    if whom.one is not None:
        contact_id = contact_named(door, store, whom.one)
        counts = grants.grant_to(store, door.now, contact_id, given, dry_run=dry_run)
        return _done(given, counts, Chosen({}), dry_run)
    chosen = choose(door, store, whom)
    counts = grants.grant(store, door.now, given, dry_run=dry_run, chosen=chosen.how)
    return _done(given, counts, chosen, dry_run)


def grant_again(door: App, store: Store, given: Grant, whom: Whom, dry_run: bool) -> Done:
    """Record that one person agreed after a no. Raises OneContact, NoEvidence, OlderGrant."""
    if whom.one is None:
        raise OneContact
    contact_id = contact_named(door, store, whom.one)
    counts = grants.grant_after_withdrawal(store, door.now, contact_id, given, dry_run=dry_run)
    return _done(given, counts, Chosen({}), dry_run)


def withdraw(door: App, store: Store, given: Withdrawal, whom: Whom, dry_run: bool) -> Done:
    """Record that people said no."""
    chosen = choose(door, store, whom)
    counts = grants.withdraw(store, door.now, given, dry_run=dry_run, chosen=chosen.how)
    return _done(given, counts, chosen, dry_run)


def _done(given: Grant | Withdrawal, counts: dict[str, int], chosen: Chosen, dry_run: bool) -> Done:
    about = {"topic": given.topic, "channel": given.channel, "dry_run": dry_run}
    return Done({**about, **chosen.with_unknown(counts)}, chosen.unknown)


def state(door: App, store: Store, contact_id: int) -> Row:
    """Return a contact's consent: state, suppressions and the answer about each topic."""
    return {
        "contact": contact_id,
        "ref": f"P-{contact_id}",
        "consent": ops.state(store, contact_id),
        "suppressions": ops.standing(store, contact_id),
        "answers": ops.answers(store, contact_id, door.settings.consent.topics),
    }


def suppress(door: App, store: Store, meant: Meant, reason: str) -> Row:
    """Suppress addresses; return reason, dry_run, suppressed, already."""
    with store.transaction():
        counts = [
            suppressions.suppress(store, door.now, channel, addresses, reason)
            for channel, addresses in meant.items()
        ]
    return _suppressed(reason, False, counts)


def weigh(_door: App, store: Store, meant: Meant, reason: str) -> Row:
    """Return what ``suppress`` would, and write nothing."""
    counts = [
        suppressions.weigh(store, channel, addresses, reason)
        for channel, addresses in meant.items()
    ]
    return _suppressed(reason, True, counts)


def _suppressed(reason: str, dry_run: bool, counts: list[dict[str, int]]) -> Row:
    sums = {name: sum(each[name] for each in counts) for name in ("suppressed", "already")}
    return {"reason": reason, "dry_run": dry_run, **sums}


def unsuppress(door: App, store: Store, words: str, channel: str | None) -> list[Row]:
    """Lift the bounces of an address, or of all addresses of a contact."""
    with store.transaction():
        return [
            {"id": suppressions.unsuppress(store, door.now, used, address), "channel": used,
             "address": address}
            for used, meant in addresses(door, store, [words], channel).items()
            for address in suppressions.standing_among(store, used, meant)
        ]  # fmt: skip
