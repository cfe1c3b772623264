"""What every noun and every command at the front door must be."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from ecrm_cli.cli import NOUNS, Noun, global_options, list_options, open_door, run
from tests.door import Ecrm
from tests.pages.reference import FOLDER, stale
from tests.tree import Leaf, leaves, own_parameters

OPTIONS = {
    "--format": "json", "-f": "csv", "--json": None, "--out": "answer.json", "-o": "answer.csv",
    "--workspace": ".", "-C": ".", "--quiet": None, "-q": None, "--no-input": None,
    "--no-color": None, "--debug": None, "--wait": "1s",
}  # fmt: skip

by_name = pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.name)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_a_noun_can_be_entered_and_its_sign_equals_its_help(noun: Noun) -> None:
    command = open_door(noun)
    assert (command.help or "").splitlines()[0] == noun.sign


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_a_nouns_other_names_open_the_same_door(noun: Noun, tmp_path: Path) -> None:
    ecrm = Ecrm(tmp_path)
    shown = ecrm(noun.name, "--help")
    assert shown.code == 0
    for alias in noun.aliases:
        assert ecrm(alias, "--help").code == 0


def test_the_front_door_shows_every_noun_in_its_panel(tmp_path: Path) -> None:
    shown = Ecrm(tmp_path)("--help").stdout
    for noun in NOUNS:
        _, _, below = shown.partition(f"{noun.panel}:\n")
        panel = below.partition("\n\n")[0]
        assert f"  {noun.name} " in panel
    assert "customers" not in shown


@by_name
def test_a_command_says_what_it_does_in_one_line(leaf: Leaf) -> None:
    assert leaf.help.endswith(".")
    assert "\n" not in leaf.help
    assert len(leaf.help) <= 80


@by_name
def test_a_command_shows_an_example_of_itself(leaf: Leaf) -> None:
    assert leaf.examples, f"{leaf.name} has no 'Example: ecrm …' in its docstring"
    assert any(_calls(line, leaf) for line in leaf.examples)


@by_name
def test_an_examples_options_are_the_commands_own_or_everybodys(leaf: Leaf) -> None:
    known = {name for each in leaf.command.params for name in (*each.opts, *each.secondary_opts)}
    for line in leaf.examples:
        words = shlex.split(line.partition("|")[0])
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known


def _calls(line: str, leaf: Leaf) -> bool:
    words = [word for word in shlex.split(line.partition("|")[0]) if not word.startswith("-")]
    return tuple(words[1 : 1 + len(leaf.words)]) == leaf.words


@by_name
def test_every_option_and_argument_of_a_command_is_explained(leaf: Leaf) -> None:
    assert [each.name for each in own_parameters(leaf) if not (each.help or "").strip()] == []


@by_name
def test_a_command_is_in_the_reference(leaf: Leaf) -> None:
    page = (FOLDER / "commands.md").read_text(encoding="utf-8")
    assert leaf.hidden or f"```\necrm {leaf.name}" in page


def test_the_generated_pages_are_what_the_code_says() -> None:
    assert [path.name for path in stale()] == [], "run make docs"


def test_the_options_tried_here_are_all_there_are() -> None:
    assert OPTIONS.keys() == {name for option in global_options() for name in option.opts}


@by_name
def test_a_command_takes_the_global_options_before_and_after(
    leaf: Leaf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for option, value in OPTIONS.items():
        words = [option] if value is None else [option, value]
        # Everything on the line is parsed before --help is answered.
        assert run([*words, *leaf.words, "--help"]) == 0, f"{option} before {leaf.name}"
        assert run([*leaf.words, *words, "--help"]) == 0, f"{option} after {leaf.name}"
        assert capsys.readouterr().err == ""
    assert run([*leaf.words, "--no-such-option", "--help"]) == 2


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_means_the_same_before_and_after(option: str, ecrm: Ecrm) -> None:
    value = OPTIONS[option]
    words = [option] if value is None else [option, value]
    before = ecrm(*words, "contact", "list")
    left = {path.name: path.read_bytes() for path in ecrm.folder.glob("answer.*")}
    after = ecrm("contact", "list", *words)
    assert before.code == after.code == 0
    assert (before.stdout, before.stderr) == (after.stdout, after.stderr)
    assert left == {path.name: path.read_bytes() for path in ecrm.folder.glob("answer.*")}
    assert bool(left) == (option in ("-o", "--out"))


@by_name
def test_a_list_takes_the_options_of_lists(leaf: Leaf) -> None:
    if leaf.words[-1] != "list":
        return
    taken = {name for each in leaf.command.params for name in each.opts}
    assert {name for option in list_options() for name in option.opts} <= taken
