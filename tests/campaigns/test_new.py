"""ecrm campaign new: the questionnaire, on a terminal and by flags."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pexpect
import pytest

from ecrm_cli.core.yamlfile import read
from tests.campaigns.conftest import Write
from tests.door import Ecrm, process_environment

FLAGS = ("--segment", "vip", "--subject", "Spring: {{ contact.given_name }}")


@pytest.fixture
def terminal(bare: Ecrm) -> Iterator[pexpect.spawn]:
    """``ecrm campaign new`` on a terminal."""
    spawned = pexpect.spawn(
        sys.executable, ["-m", "ecrm_cli", "campaign", "new"], cwd=str(bare.folder),
        env={**process_environment({}), "TERM": "xterm"}, encoding="utf-8", timeout=60,
        dimensions=(40, 100),
    )  # fmt: skip
    yield spawned
    spawned.close(force=True)


def test_a_wrong_answer_is_asked_again_and_the_file_is_written(
    bare: Ecrm, terminal: pexpect.spawn
) -> None:
    terminal.expect_exact("Name of the campaign:")
    terminal.send("spring\r")
    terminal.expect_exact("already")
    terminal.send("\x15two words\r")
    terminal.expect_exact("is no name for a campaign")
    terminal.send("\x15hello\r")
    terminal.expect_exact("Who gets it:")
    terminal.send("\r")
    terminal.expect_exact("About which topic:")
    terminal.send("\x1b[B\r")
    terminal.expect_exact("Subject:")
    terminal.send("{{ contact.given_name\r")
    terminal.expect_exact("Subject:")
    terminal.send("\x15Hello {{ contact.given_name }}\r")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, terminal.before
    assert read(bare.folder / "campaigns" / "hello.yaml").data == {
        "subject": "Hello {{ contact.given_name }}",
        "template": "hello.html.j2",
        "segment": "active",
        "topic": "news",
    }


def test_ctrl_c_writes_nothing(bare: Ecrm, terminal: pexpect.spawn) -> None:
    terminal.expect_exact("Name of the campaign:")
    terminal.send("hello\r")
    terminal.expect_exact("Who gets it:")
    terminal.send("\x03")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert [path.name for path in (bare.folder / "campaigns").iterdir()] == ["spring.yaml"]
    assert not (bare.folder / "templates" / "hello.html.j2").exists()


def test_flags_answer_every_question(bare: Ecrm) -> None:
    made = bare("campaign", "new", "hello", *FLAGS, "--topic", "news", "--from",
                "Zrno <news@zrno.example>", "--json")  # fmt: skip
    assert made.code == 0, made.stderr
    assert made.json["template"] == "hello.html.j2"
    assert read(bare.folder / "campaigns" / "hello.yaml").data == {
        "subject": "Spring: {{ contact.given_name }}", "template": "hello.html.j2",
        "segment": "vip", "topic": "news", "from": "Zrno <news@zrno.example>",
    }  # fmt: skip
    assert bare("campaign", "check", "hello").code == 0


def test_a_new_campaign_has_words_of_its_own_to_change(bare: Ecrm) -> None:
    made = bare("campaign", "new", "hello", *FLAGS)
    assert made.stdout.splitlines() == [
        "Wrote campaigns/hello.yaml.",
        "Its words are in templates/hello.html.j2: change them there.",
        "Look at it: ecrm campaign preview hello",
    ]
    own = (bare.folder / "templates" / "hello.html.j2").read_text(encoding="utf-8")
    assert own == (bare.folder / "templates" / "offer.html.j2").read_text(encoding="utf-8")


def test_a_template_that_is_there_is_not_written_over(bare: Ecrm, write: Write) -> None:
    write("templates/hello.html.j2", "mine")
    assert "change them there" not in bare("campaign", "new", "hello", *FLAGS).stdout
    assert (bare.folder / "templates" / "hello.html.j2").read_text(encoding="utf-8") == "mine"


def test_without_a_terminal_a_missing_answer_names_its_flag(bare: Ecrm) -> None:
    for words, flag in (((), "NAME"), (("hello",), "--segment"),
                        (("hello", "--segment", "vip"), "--subject")):  # fmt: skip
        asked = bare("campaign", "new", *words)
        assert asked.code == 8
        assert flag in asked.stderr
    assert not (bare.folder / "campaigns" / "hello.yaml").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("spring", *FLAGS), 5, "already"),
        (("../x", *FLAGS), 2, "no name for a campaign"),
        (("hello", "--segment", "vap", "--subject", "x"), 4, "vip"),
        (("hello", *FLAGS, "--topic", "offer"), 4, "offers"),
        (("hello", *FLAGS, "--template", "none.html.j2"), 4, "none.html.j2"),
        (("hello", "--segment", "vip", "--subject", "{{ x"), 3, "subject"),
        (("hello", "--segment", "vip", "--subject", " "), 2, "needs a subject"),
    ],
)
def test_a_wrong_flag_writes_nothing(
    bare: Ecrm, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = bare("campaign", "new", *words)
    assert (answer.code, said in answer.stderr) == (code, True), answer.stderr
    assert [path.name for path in (bare.folder / "campaigns").iterdir()] == ["spring.yaml"]
