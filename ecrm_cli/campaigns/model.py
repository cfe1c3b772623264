"""The rules of sending and of sending again, without a store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_cli.core.errors import Conflict, DataError, NotAllowed, PartlyDone

# A list that grew so much since the last run is more likely the wrong one.
MUCH_LARGER = 50

# What each reason for leaving somebody out means to the owner.
REASONS = {
    "excluded": "in a segment that is left out",
    "open-complaint": "with a complaint that is still open",
    "reached": "reached by an earlier run",
    "no-address": "without an e-mail address",
    "suppressed": "whose address must not be used",
    "no-consent": "who did not agree to this topic",
    "render-error": "for whom the template fails",
    "erased": "erased meanwhile",
    "cancelled": "not sent before it was cancelled",
    "no-smtputf8": "whose address this server cannot take",
}


class AlreadySent(Conflict):
    """The last run of a campaign has ended."""

    def __init__(self, name: str, state: str, moment: datetime, words: str) -> None:
        what = "was sent" if state == "finished" else "was cancelled"
        super().__init__(
            f"{name} {what} on {moment:%Y-%m-%d %H:%M} {words}.",
            hint=f"To mail those it has not reached: ecrm campaign send {name} --again",
        )


class StillUnfinished(Conflict):
    """A run of the campaign has not ended."""

    def __init__(self, name: str, ref: str) -> None:
        super().__init__(
            f"The run {ref} of {name} has not ended.",
            hint=f"Go on with ecrm campaign resume {name}, or end it: ecrm campaign cancel {name}",
        )


class NeverSent(Conflict):
    """A campaign that has no run yet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has not been sent yet.", hint=f"Send it: ecrm campaign send {name}"
        )


class SaidNo(NotAllowed):
    """The owner was asked, and said no."""

    def __init__(self) -> None:
        super().__init__("Nothing was sent.", hint="")


class NobodyToMail(NotAllowed):
    """A run that would go to nobody."""

    def __init__(self, segment: str, skipped: Mapping[str, int]) -> None:
        said = "; ".join(skip_words(skipped))
        why = f"of its people {said}" if said else "nobody is in it"
        super().__init__(
            f"Nobody in the segment {segment} can be mailed: {why}.",
            hint="Ask why of one person: ecrm campaign explain NAME CONTACT",
        )


class TooMany(NotAllowed):
    """A run larger than what was allowed."""

    def __init__(self, wanted: int, limit: int, named: bool) -> None:
        which = "--max-recipients" if named else "mail.max_recipients in config.yaml"
        super().__init__(
            f"{wanted} people would be mailed, and {which} allows {limit}.",
            hint=f"If that is meant: --max-recipients {wanted}",
        )


class MuchLarger(NotAllowed):
    """A run far larger than the one before it."""

    def __init__(self, wanted: int, last: int) -> None:
        super().__init__(
            f"{wanted} people would be mailed; the last campaign went to {last}.",
            hint=f"Look at the segment once more. If that is meant: --max-recipients {wanted}",
        )


class WrongCount(NotAllowed):
    """The count that was confirmed is not the one that would be mailed."""

    def __init__(self, wanted: int, said: int | None) -> None:
        super().__init__(
            f"{wanted} people would be mailed, those reached before among them"
            + (f"; --confirm says {said}." if said is not None else "."),
            hint=f"If that is meant: --confirm {wanted}",
        )


class BrokenTemplate(DataError):
    """A template that fails for some of those it would go to."""

    kind = "broken-template"

    def __init__(self, error: DataError, hits: int, whole: int, example: str) -> None:
        super().__init__(
            f"{error.message} This hits {hits} of {whole} people, such as {example}.",
            hint=f"{error.hint} Nothing was sent. --skip-broken leaves them out.".strip(),
            place=error.place,
            matches=error.matches,
        )


class Changed(Conflict):
    """The files of an unfinished run are not what they were when it began."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"Since this run began {what}.",
            hint=f"To go on with the new ones: ecrm campaign resume {name} --with-changes; "
            "or put them back as they were.",
        )


class NotAllSent(PartlyDone):
    """Some of a run's messages failed, or are in doubt."""

    def __init__(self, name: str, failed: int, unknown: int) -> None:
        said = [
            words
            for words, count in (
                (f"{failed} failed", failed),
                (f"{unknown} are in doubt: they may have arrived", unknown),
            )
            if count
        ]
        status = "unknown" if unknown else "failed"
        super().__init__(
            f"{'; '.join(said)}.", hint=f"See ecrm campaign recipients {name} --status {status}"
        )


class SomeLeftOut(PartlyDone):
    """People were left out because the template fails for them."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(
            f"{count} were left out: the template fails for them.",
            hint=f"See ecrm campaign check {name}",
        )


def check_size(wanted: int, named: int | None, limit: int | None, last: int) -> None:
    """Raise TooMany or MuchLarger for a run that is larger than anybody said.

    ``named`` is --max-recipients, ``limit`` the setting, ``last`` the size of the last run.
    """
    most = limit if named is None else named
    if most is not None and wanted > most:
        raise TooMany(wanted, most, named is not None)
    if named is None and last and wanted > last * MUCH_LARGER:
        raise MuchLarger(wanted, last)


def skip_words(skipped: Mapping[str, int]) -> list[str]:
    """Return the people left out and why, in words."""
    return [f"{count} {REASONS.get(reason, reason)}" for reason, count in skipped.items()]
