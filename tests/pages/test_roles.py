"""The pages of who does what: ten commands each, and each of them typed on the page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.door import CHECKOUT
from tests.pages.walkthrough import Typed, read_page
from tests.tree import leaves

PAGES = sorted(path for path in (CHECKOUT / "docs" / "roles").glob("*.md") if path.stem != "README")
ROW = re.compile(r"^\| .+ \| `ecrm (.+)` \|$", re.MULTILINE)
KNOWN = {leaf.words for leaf in leaves()}


def command_of(line: str) -> tuple[str, ...]:
    """Return the words of the command that a line calls, or none."""
    words = tuple(shlex.split(line))
    return next((words[:length] for length in (2, 1) if words[:length] in KNOWN), ())


def test_every_role_has_a_page_that_the_first_one_names() -> None:
    first = (CHECKOUT / "docs" / "roles" / "README.md").read_text(encoding="utf-8")
    assert {path.stem for path in PAGES} == {"owner", "till", "support", "bookkeeper"}
    assert all(f"({path.name})" in first for path in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_ten_commands_and_types_each(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = [command_of(line) for line in ROW.findall(text)]
    typed = {
        command_of(line.removeprefix("ecrm "))
        for step in read_page(text).steps
        if isinstance(step, Typed)
        for line in step.command.split(" | ")
    }
    assert len(set(named)) == len(named) == 10
    assert set(named) <= typed
