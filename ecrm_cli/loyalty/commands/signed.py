"""A command whose last word may be a number below 0."""

from __future__ import annotations

import re
from typing import Any

from ecrm_cli.cli import Command

_BELOW_ZERO = re.compile(r"-[0-9]+(\.[0-9]*)?")


class SignedCommand(Command):
    """A leaf in which -20 is a number of points, or a wrong one, and no unknown option."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        return super().parse_args(ctx, numbers_last(args))


def numbers_last(args: list[str]) -> list[str]:
    """Put the numbers below 0 behind ``--``, where they are no options; an option's value stays."""
    if "--" in args:
        return args
    before = ["", *args]
    numbers = [
        place
        for place, word in enumerate(args)
        if _BELOW_ZERO.fullmatch(word) and not before[place].startswith("-")
    ]
    if not numbers:
        return args
    rest = [word for place, word in enumerate(args) if place not in numbers]
    return [*rest, "--", *(args[place] for place in numbers)]
