"""What config.example.yaml must be."""

from __future__ import annotations

from pathlib import Path

from ecrm_cli.core.settings import Sections
from ecrm_cli.core.workspace import Workspace, shipped
from ecrm_cli.core.yamlfile import read
from tests.pages.settings_table import example_words, settings


def test_the_example_loads_and_holds_the_defaults() -> None:
    assert read(shipped("config.example.yaml")).typed(Sections) == Sections()


def test_the_example_mentions_every_setting_and_no_other() -> None:
    known = {setting.key for setting in settings()}
    # The statuses of cases are a setting whose own keys are the owner's words.
    mentioned = {key for key in example_words() if key.rpartition(".")[0] not in known}
    blocks = {key.rpartition(".")[0] for key in mentioned}
    assert mentioned - blocks == known


def test_the_example_is_what_a_workspace_may_have(tmp_path: Path) -> None:
    from ecrm_cli.core.settings import read_settings

    (tmp_path / "config.yaml").write_text(
        shipped("config.example.yaml").read_text("utf-8"), "utf-8"
    )
    assert read_settings(Workspace(tmp_path)).business.name == "My business"
