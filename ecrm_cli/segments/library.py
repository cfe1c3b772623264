"""The segments a workspace has: files found, read and resolved, loops refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ecrm_cli.core.errors import DataError, NotFound, Place
from ecrm_cli.core.yamlfile import parse, read_text
from ecrm_cli.segments.complaints import NoSuchSegment, SegmentLoop
from ecrm_cli.segments.grammar import DESCRIPTION, WHY, read_rule, said_of
from ecrm_cli.segments.model import Part, Rule

SUFFIX = ".yaml"
# Every rule is a block of keys; what has neither a key nor a brace in it is the name of a file.
_INLINE = re.compile(r":(\s|$)|\{")


@dataclass(frozen=True)
class Reading:
    """What came of reading a rule: the rule, or everything that is wrong with it."""

    name: str | None
    label: str
    description: str
    why: str
    text: str
    rule: Rule | None
    problems: tuple[DataError, ...]

    def sound(self) -> Rule:
        """Return the rule; raises the first thing that is wrong with it."""
        if self.rule is None:
            raise self.problems[0]
        return self.rule


def names(folder: Path) -> list[str]:
    """Return the names of the segments in a folder, in order."""
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def reading(folder: Path, name: str, above: tuple[str, ...] = ()) -> Reading:
    """Read a segment's file and those it names; ``above`` are the segments that led here.

    Raises NotFound with close names.
    """
    known = names(folder)
    if name not in known:
        absent = NotFound.named("segment", name, known)
        hint = absent.hint or "ecrm segment list shows those there are."
        raise NotFound.named("segment", name, known, hint)
    path = folder / f"{name}{SUFFIX}"
    try:
        return _read(folder, read_text(path), str(path), (*above, name))
    except DataError as error:
        return Reading(name, str(path), "", "", "", None, (error,))


def named(folder: Path, name: str) -> Rule:
    """Return a segment's rule. Raises NotFound, DataError with file, line and key."""
    return reading(folder, name).sound()


def written(folder: Path, where: str) -> Rule:
    """Return the rule in ``where``: YAML as it is, or the path of a file.

    Raises NotFound, DataError with line and key.
    """
    if _INLINE.search(where):
        return inline(folder, where, "--where")
    return inline(folder, read_text(Path(where)), where)


def inline(folder: Path, text: str, label: str) -> Rule:
    """Return the rule in a text that is no segment's file. Raises DataError with line and key."""
    return _read(folder, text, label, ()).sound()


def _read(folder: Path, text: str, label: str, chain: tuple[str, ...]) -> Reading:
    document = parse(text, label)

    def naming(name: str, place: Place) -> Part:
        if name in chain:
            raise SegmentLoop((*chain[chain.index(name) :], name), place)
        if name not in names(folder):
            raise NoSuchSegment(name, names(folder), place)
        return reading(folder, name, chain).sound().part

    part, problems = read_rule(document, naming)
    name = chain[-1] if chain else None
    said, why = said_of(document, DESCRIPTION), said_of(document, WHY)
    rule = None if part is None else Rule(name, part, said, why, text, label)
    return Reading(name, label, said, why, text, rule, tuple(problems))
