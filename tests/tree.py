"""The tree of commands as it really is: every noun and every leaf under it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from typer.core import TyperGroup

from ecrm_cli.cli import NOUNS, Noun, global_options, list_options, make_door, open_door


@dataclass(frozen=True)
class Leaf:
    """A command that can be run, and the words that reach it."""

    noun: Noun
    words: tuple[str, ...]
    command: Any
    hidden: bool = False

    @property
    def name(self) -> str:
        """The words of the command line, without ``ecrm``."""
        return " ".join(self.words)

    @property
    def help(self) -> str:
        """The first line of the help: what the command does."""
        return self._paragraphs[0] if self._paragraphs else ""

    @property
    def examples(self) -> tuple[str, ...]:
        """The command lines that the help shows."""
        lines = (self.command.help or "").splitlines()
        found = (line.strip().removeprefix("Example:").strip() for line in lines)
        return tuple(line for line in found if line.startswith("ecrm "))

    @property
    def explanation(self) -> str:
        """What the help says between its first line and the example."""
        return "\n\n".join(part for part in self._paragraphs[1:] if "Example:" not in part)

    @property
    def _paragraphs(self) -> list[str]:
        return [part.strip() for part in inspect.cleandoc(self.command.help or "").split("\n\n")]


def leaves() -> tuple[Leaf, ...]:
    """Return every command, in the order of the front door."""
    return tuple(leaf for noun in NOUNS for leaf in _leaves(noun, (noun.name,), open_door(noun)))


def _leaves(noun: Noun, words: tuple[str, ...], command: Any) -> Iterator[Leaf]:
    if not isinstance(command, TyperGroup):
        yield Leaf(noun, words, command, bool(command.hidden))
        return
    for name in command.list_commands(root_context()):
        yield from _leaves(noun, (*words, name), command.commands[name])


@cache
def root_context() -> Any:
    """Return a context of the front door, as if ``ecrm`` had been typed."""
    return make_door().make_context("ecrm", [], resilient_parsing=True)


def own_parameters(leaf: Leaf) -> list[Any]:
    """Return the arguments and options that are this command's own, not everybody's."""
    shared = {tuple(option.opts) for option in [*global_options(), *list_options()]}
    return [
        each
        for each in leaf.command.params
        if not getattr(each, "hidden", False)
        and (each.param_type_name == "argument" or tuple(each.opts) not in shared)
    ]
