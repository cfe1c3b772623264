"""The segments that a new workspace begins with."""

from __future__ import annotations

from ecrm_cli.core.yamlfile import read
from ecrm_cli.segments.library import names, reading
from ecrm_cli.upkeep.founding import STARTER

FOLDER = STARTER / "segments"


def test_every_starter_segment_says_what_it_is_and_why() -> None:
    for name in names(FOLDER):
        file = FOLDER / f"{name}.yaml"
        assert file.read_text(encoding="utf-8").startswith("# ")
        assert set(read(file).data) == {"description", "why", "all"}


def test_every_starter_segment_is_a_sound_rule() -> None:
    assert len(names(FOLDER)) >= 10
    for name in names(FOLDER):
        assert reading(FOLDER, name).problems == (), name
