"""Questions on a terminal; each has the flag that answers it where there is none.

Questions are talk, so they go to stderr: stdout may be a pipe that wants data.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrm_cli.core.errors import NotAllowed

if TYPE_CHECKING:
    from prompt_toolkit.output import Output
    from questionary import Question

# Takes an answer; returns what is wrong with it, or None.
Check = Callable[[str], str | None]


class NeedsAnswer(NotAllowed):
    """A question that only a person or a flag can answer, and there is no terminal."""

    def __init__(self, question: str, flag: str) -> None:
        super().__init__(
            f"{question.strip()!r} needs an answer ({flag}), and there is no terminal to ask on.",
            hint=f"Add {flag} to the command.",
        )


@dataclass(frozen=True)
class Ask:
    """Asks, or answers with the default where nobody can be asked.

    ``interactive`` says that stdin is a terminal and questions are wanted. Ctrl-C at any question
    raises KeyboardInterrupt; a question nobody can answer raises NeedsAnswer.
    """

    interactive: bool

    def text(
        self, question: str, flag: str, default: str | None = None, check: Check | None = None
    ) -> str:
        """Return a line of text; while ``check`` complains about it, it is asked again."""
        if not self.interactive:
            return _unasked(question, flag, default)
        import questionary

        answer, complaint = default or "", ""
        while True:
            asked = questionary.text(question, default=answer, output=_talk(complaint))
            answer = str(_put(asked)).strip()
            complaint = (check(answer) if check else None) or ""
            if not complaint:
                return answer

    def choose(
        self, question: str, flag: str, choices: Sequence[str], default: str | None = None
    ) -> str:
        """Return one of ``choices``, picked with the arrow keys."""
        if not self.interactive:
            return _unasked(question, flag, default)
        import questionary

        asked = questionary.select(question, list(choices), default=default, output=_talk())
        return str(_put(asked))

    def confirm(self, question: str, flag: str = "--yes", default: bool = False) -> bool:
        """Return yes or no; no default is safe enough to stand for a person's yes."""
        if not self.interactive:
            raise NeedsAnswer(question, flag)
        import questionary

        return _put(questionary.confirm(question, default=default, output=_talk())) is True

    def secret(self, question: str, flag: str) -> str:
        """Return what is typed, showing nothing of it."""
        if not self.interactive:
            raise NeedsAnswer(question, flag)
        import questionary

        return str(_put(questionary.password(question, output=_talk())))


def _unasked(question: str, flag: str, default: str | None) -> str:
    if default is None:
        raise NeedsAnswer(question, flag)
    return default


def _talk(complaint: str = "") -> Output:
    """Return the way to stderr, on which a complaint about the last answer is said first."""
    from prompt_toolkit.output import create_output

    output = create_output(stdout=sys.stderr)
    if complaint:
        output.write(complaint)
        output.write_raw("\r\n")
        output.flush()
    return output


def _put(question: Question) -> Any:
    try:
        return question.unsafe_ask()
    except EOFError:
        # Ctrl-D: there will be no answer.
        raise KeyboardInterrupt from None
