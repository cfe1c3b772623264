"""The words of consent and the rules that need no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ecrm_cli.core.calendar import happened
from ecrm_cli.core.errors import DataError, NotAllowed, NotFound, UsageError

# A channel is the kind of address it uses.
CHANNELS = ("email", "phone")
BASES = ("consent", "soft_opt_in", "contract", "legitimate_interest")
REASONS = ("bounce", "complaint", "unsubscribe", "manual")
EVERY_TOPIC = "all"

Reason = Literal["", "no-address", "suppressed", "no-consent"]


@dataclass(frozen=True)
class Answer:
    """Whether a contact may be written to; ``reason`` is empty, or why not."""

    may: bool
    reason: Reason = ""


@dataclass(frozen=True)
class Grant:
    """That people agreed: to what, on what ground, where and when it was said.

    ``occurred_at`` is aware; ``batch_id`` is the import that brought it.
    """

    channel: str
    topic: str
    basis: str
    source: str
    occurred_at: datetime
    wording: str | None = None
    evidence: str | None = None
    batch_id: int | None = None


@dataclass(frozen=True)
class Withdrawal:
    """That people said no: to one topic or to ``all``. ``occurred_at`` is aware."""

    channel: str
    topic: str
    source: str
    occurred_at: datetime
    evidence: str | None = None
    batch_id: int | None = None


class UnknownTopic(NotFound):
    """A topic that config.yaml does not have."""

    def __init__(self, topic: str, known: Sequence[str]) -> None:
        built = NotFound.named("topic", topic, known)
        hint = built.hint or f"The topics are {', '.join(known)}: consent.topics in config.yaml."
        super().__init__(built.message, hint=hint, matches=built.matches)


class TooBroad(UsageError):
    """A grant must say what for."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody can agree to 'all': a grant is for one topic.",
            hint="Give one topic; withdraw takes all.",
        )


class UnknownWord(UsageError):
    """A channel, basis or reason that does not exist."""

    def __init__(self, noun: str, word: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no {noun} {word!r}.", hint=f"Use {', '.join(known)}.")


class OptedOut(NotAllowed):
    """Somebody who said no, or whose address must not be used, was named in a grant."""

    def __init__(self, contact_id: int, what: str, moment: datetime) -> None:
        super().__init__(
            f"P-{contact_id} {what} on {moment:%Y-%m-%d}.",
            hint="If they have asked for it again since, add --after-withdrawal and say in "
            "--evidence how and when.",
        )


class BouncedAddress(NotAllowed):
    """A grant to somebody whose mail came back."""

    def __init__(self, contact_id: int, address: str, moment: datetime) -> None:
        super().__init__(
            f"P-{contact_id} cannot be reached: {address} bounced on {moment:%Y-%m-%d}.",
            hint=f"When it works again: ecrm consent unsuppress {address}",
        )


class NoEvidence(NotAllowed):
    """A grant after a withdrawal without a word on how it was given."""

    def __init__(self) -> None:
        super().__init__(
            "A grant after a withdrawal needs --evidence.",
            hint='Say how they gave it, such as --evidence "signed form in the shop, 3 May".',
        )


class OlderGrant(NotAllowed):
    """A grant that was given before the withdrawal it should lift."""

    def __init__(self, contact_id: int, granted: datetime, withdrawn: datetime) -> None:
        super().__init__(
            f"The grant of {granted:%Y-%m-%d %H:%M} is older than P-{contact_id}'s no of "
            f"{withdrawn:%Y-%m-%d %H:%M} (UTC).",
            hint="Only what they agreed to later counts; on the same day give the time too, such "
            'as --at "2026-03-01 14:30".',
        )


class StillStands(NotAllowed):
    """A suppression that is not a bounce; only the person can end it."""

    def __init__(self, address: str, reason: str, moment: datetime) -> None:
        why = {
            "complaint": "they complained about mail as spam",
            "unsubscribe": "they unsubscribed",
            "manual": "it was suppressed by hand",
        }
        super().__init__(
            f"{address} stays suppressed: {why[reason]} on {moment:%Y-%m-%d}, and only bounces "
            "can be lifted.",
            hint="If they have asked for mail again: ecrm consent grant CONTACT --topic TOPIC "
            "--after-withdrawal --evidence TEXT",
        )


class NotSuppressed(NotFound):
    """An address that nothing stands against."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} is not suppressed.",
            hint="See ecrm consent suppressions for those that are.",
        )


class NoAddress(DataError):
    """A contact that cannot be suppressed because there is nothing to write to."""

    def __init__(self, contact_id: int, channel: str) -> None:
        noun = {"email": "e-mail address", "phone": "phone number"}[channel]
        super().__init__(
            f"P-{contact_id} has no {noun}.",
            hint="To stop writing to them all the same: ecrm consent withdraw CONTACT --topic all",
        )


def check_topic(topic: str, known: Sequence[str]) -> None:
    """Raise UnknownTopic unless ``topic`` is one of ``known`` or all."""
    if topic != EVERY_TOPIC and topic not in known:
        raise UnknownTopic(topic, known)


def check_word(noun: str, word: str, known: Sequence[str]) -> None:
    """Raise UnknownWord unless ``word`` is one of ``known``."""
    if word not in known:
        raise UnknownWord(noun, word, known)


def check_grant(grant: Grant, now: datetime) -> None:
    """Raise what is wrong with a grant: UnknownWord, TooBroad, StillToCome."""
    check_word("channel", grant.channel, CHANNELS)
    check_word("basis", grant.basis, BASES)
    if grant.topic == EVERY_TOPIC:
        raise TooBroad
    happened(grant.occurred_at, now)


def check_withdrawal(withdrawal: Withdrawal, now: datetime) -> None:
    """Raise what is wrong with a withdrawal: UnknownWord, StillToCome."""
    check_word("channel", withdrawal.channel, CHANNELS)
    happened(withdrawal.occurred_at, now)
