"""The documentation's pages print what they show: each is walked as its reader would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.door import CHECKOUT, folder_with_ecrm
from tests.pages.walkthrough import Saved, Shell, matches, read_page, reader_environment

TUTORIAL = CHECKOUT / "docs" / "tutorial.md"


def walked() -> list[Path]:
    """Return the tutorial and every other page that names the time it was written for."""
    others = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    timed = [page for page in others if "<!-- clock:" in page.read_text(encoding="utf-8")]
    return [TUTORIAL, *(page for page in timed if page != TUTORIAL)]


@pytest.mark.parametrize("path", walked(), ids=lambda path: path.name)
def test_a_page_prints_what_it_shows(path: Path, tmp_path: Path) -> None:
    page = read_page(path.read_text(encoding="utf-8"))
    assert page.clock, f"{path.name} names no time: <!-- clock: … -->"
    shell = Shell(tmp_path, reader_environment(folder_with_ecrm(tmp_path), page.clock))
    typed = 0
    for step in page.steps:
        if isinstance(step, Saved):
            shell.save(step)
            continue
        said = shell.type(step.command)
        where = (
            f"{path.name}: $ {step.command}\n--- printed, ending with {said.code}\n{said.output}"
        )
        assert said.code == step.code, where
        assert matches(step.output, said.output), f"{where}\n--- shown\n{step.output}"
        typed += 1
    assert typed > 0
