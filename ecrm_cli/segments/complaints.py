"""What can be wrong with a rule, each in its own sentence; the place says file, line and key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ecrm_cli.core.errors import DataError, Place

SEE_FIELDS = "ecrm segment fields lists everything that can be asked."


def _nearest(name: str, known: Iterable[str], otherwise: str) -> tuple[str, list[str]]:
    matches = get_close_matches(name, list(known), n=3)
    return (f"Did you mean {' or '.join(matches)}?" if matches else otherwise), matches


class BadRule(DataError):
    """A rule that cannot be asked."""

    kind = "bad-rule"


class UnknownField(BadRule):
    """A condition that no room answers."""

    kind = "unknown-field"

    def __init__(self, name: str, known: Sequence[str], place: Place) -> None:
        hint, matches = _nearest(name, known, SEE_FIELDS)
        super().__init__(
            f"There is no condition {name!r}.", hint=hint, place=place, matches=matches
        )


class UnknownOperator(BadRule):
    """A word under a condition that the condition does not take."""

    kind = "unknown-operator"

    def __init__(self, field: str, name: str, known: Sequence[str], place: Place) -> None:
        takes = f"It takes {', '.join(known)}." if known else "It takes nothing more."
        hint, matches = _nearest(name, known, "")
        super().__init__(
            f"{field} does not take {name!r}.",
            hint=f"{takes} {hint}".strip(),
            place=place,
            matches=matches,
        )


class BadOperand(BadRule):
    """A value that is not what is expected there."""

    kind = "bad-value"

    def __init__(self, key: str, wanted: str, found: str, place: Place) -> None:
        stands = f"here stands {found}" if found else "nothing stands here"
        super().__init__(f"{key} expects {wanted}; {stands}.", hint="", place=place)


class UnknownWord(BadRule):
    """A value that is none of those known."""

    kind = "bad-value"

    def __init__(self, key: str, found: str, known: Sequence[str], place: Place) -> None:
        hint, matches = _nearest(found, known, "")
        super().__init__(
            f"{key} expects one of {', '.join(known)}; here stands {found!r}.",
            hint=hint,
            place=place,
            matches=matches,
        )


class MissingArgument(BadRule):
    """A condition without the word that says what about."""

    kind = "missing-key"

    def __init__(self, field: str, argument: str, example: str, place: Place) -> None:
        super().__init__(
            f"{field} needs {argument}.", hint=f"Write it like {example}.", place=place
        )


class NothingCompared(BadRule):
    """A condition without an operator."""

    kind = "missing-operator"

    def __init__(self, field: str, known: Sequence[str], example: str, place: Place) -> None:
        super().__init__(
            f"{field} compares with nothing; it needs one of {', '.join(known)}.",
            hint=f"Write it like {example}.",
            place=place,
        )


class SideBySide(BadRule):
    """Several conditions in one block without a word that joins them."""

    kind = "several-conditions"

    def __init__(self, names: Sequence[str], place: Place) -> None:
        super().__init__(
            f"{' and '.join(names)} stand side by side, and nothing says how they join.",
            hint="Make each an item of a list under all: (every one) or any: (at least one).",
            place=place,
        )


class NotACondition(BadRule):
    """Something that is no block ``field: value``."""

    kind = "not-a-condition"

    def __init__(self, found: str, place: Place) -> None:
        stands = f"here stands {found}" if found else "nothing stands here"
        super().__init__(
            f"A condition is expected, as country: RS; {stands}.", hint=SEE_FIELDS, place=place
        )


class NotAList(BadRule):
    """all or any without a list under it."""

    kind = "not-a-list"

    def __init__(self, word: str, place: Place) -> None:
        super().__init__(
            f"{word} expects a list of conditions.",
            hint=f"Put each condition on its own line under {word}:, beginning with a dash.",
            place=place,
        )


class EmptyAny(BadRule):
    """any with nothing in it, which nobody can be in."""

    kind = "empty-any"

    def __init__(self, place: Place) -> None:
        super().__init__(
            "any has no condition, so nobody would be in it.",
            hint="Add one; everybody is written all: [].",
            place=place,
        )


class NoSuchSegment(BadRule):
    """A rule names a segment that has no file."""

    kind = "unknown-segment"

    def __init__(self, name: str, known: Sequence[str], place: Place) -> None:
        hint, matches = _nearest(name, known, "ecrm segment list shows those there are.")
        super().__init__(f"There is no segment {name!r}.", hint=hint, place=place, matches=matches)


class SegmentLoop(BadRule):
    """A segment that is made of itself."""

    kind = "segment-loop"

    def __init__(self, chain: Sequence[str], place: Place) -> None:
        shown = " → ".join(chain)
        how = "itself" if len(chain) == 2 else f"itself through others: {shown}"
        super().__init__(
            f"The segment {chain[0]} names {how}.",
            hint="Take one of the names out.",
            place=place,
        )
