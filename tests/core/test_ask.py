"""Questions: on a terminal, and where there is none."""

import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pexpect
import pytest

from ecrm_cli.core.ask import Ask, NeedsAnswer

# Answers go to a file: what a terminal shows is only what was asked and typed.
SCRIPT = """
import sys
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.system import raise_on_termination

raise_on_termination()
ask = Ask(interactive=True)
try:
    answer = {question}
except KeyboardInterrupt:
    answer = "interrupted"
open(sys.argv[1], "w").write(repr(answer))
"""


class Asked:
    """A question on a pseudo-terminal, in a process of its own."""

    def __init__(self, folder: Path, question: str) -> None:
        self.answer = folder / "answer"
        code = SCRIPT.format(question=question)
        self.terminal = pexpect.spawn(
            sys.executable, ["-c", code, str(self.answer)], encoding="utf-8", timeout=30
        )

    def expect(self, words: str) -> None:
        self.terminal.expect_exact(words)

    def type(self, keys: str) -> None:
        self.terminal.send(keys)

    def answered(self) -> str:
        self.terminal.expect(pexpect.EOF)
        self.terminal.close()
        return self.answer.read_text()


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[list[Asked]]:
    """Questions that were put; their processes are ended with the test."""
    put: list[Asked] = []
    yield put
    for one in put:
        one.terminal.close(force=True)


TWO_LETTERS = (
    "ask.text('Country:', '--country', check=lambda a: None if len(a) == 2 else 'No: ' + a)"
)


def test_a_wrong_answer_is_complained_about_and_asked_again(
    tmp_path: Path, asked: list[Asked]
) -> None:
    asked.append(one := Asked(tmp_path, TWO_LETTERS))
    one.expect("Country:")
    one.type("Serbia\r")
    one.expect("No: Serbia")
    one.expect("Country:")
    # The wrong answer stands there to be corrected.
    one.type("\x15RS\r")
    assert one.answered() == "'RS'"


def test_ctrl_c_at_a_question_interrupts_the_command(tmp_path: Path, asked: list[Asked]) -> None:
    asked.append(one := Asked(tmp_path, TWO_LETTERS))
    one.expect("Country:")
    one.type("\x03")
    assert one.answered() == "'interrupted'"


def test_the_end_of_input_at_a_question_interrupts_the_command(
    tmp_path: Path, asked: list[Asked]
) -> None:
    asked.append(one := Asked(tmp_path, TWO_LETTERS))
    one.expect("Country:")
    one.type("\x04")
    assert one.answered() == "'interrupted'"


def test_enter_takes_the_default(tmp_path: Path, asked: list[Asked]) -> None:
    asked.append(one := Asked(tmp_path, "ask.text('Zone:', '--zone', default='UTC')"))
    one.expect("UTC")
    one.type("\r")
    assert one.answered() == "'UTC'"


def test_a_choice_is_made_with_the_arrow_keys(tmp_path: Path, asked: list[Asked]) -> None:
    question = "ask.choose('Mail goes', '--transport', ['folder', 'smtp'], default='folder')"
    asked.append(one := Asked(tmp_path, question))
    one.expect("smtp")
    one.type("\x1b[B\r")
    assert one.answered() == "'smtp'"


@pytest.mark.parametrize(("keys", "answer"), [("y", "True"), ("n", "False"), ("\r", "False")])
def test_a_yes_must_be_given(tmp_path: Path, asked: list[Asked], keys: str, answer: str) -> None:
    asked.append(one := Asked(tmp_path, "ask.confirm('Proceed?')"))
    one.expect("Proceed?")
    one.type(keys)
    assert one.answered() == answer


def test_a_secret_is_not_shown(tmp_path: Path, asked: list[Asked]) -> None:
    asked.append(one := Asked(tmp_path, "ask.secret('Password:', '--password')"))
    one.expect("Password:")
    one.type("hunter2\r")
    assert one.answered() == "'hunter2'"
    assert "hunter2" not in (one.terminal.before or "")


def test_questions_go_to_stderr_and_leave_stdout_to_data(
    tmp_path: Path, asked: list[Asked]
) -> None:
    redirected = (
        "(sys.__stdout__.flush(), __import__('os').dup2(__import__('os').open("
        "sys.argv[1] + '.out', 65), 1), ask.text('Name:', '--name'))[-1]"
    )
    asked.append(one := Asked(tmp_path, redirected))
    one.expect("Name:")
    one.type("Ana\r")
    assert one.answered() == "'Ana'"
    assert (tmp_path / "answer.out").read_text() == ""


def test_without_a_terminal_a_question_names_its_flag() -> None:
    ask = Ask(interactive=False)
    for put in (
        lambda: ask.text("Name:", "--name"),
        lambda: ask.choose("Mail goes", "--name", ["folder"]),
        lambda: ask.secret("Password:", "--name"),
        lambda: ask.confirm("Proceed?", "--name", default=True),
    ):
        with pytest.raises(NeedsAnswer) as caught:
            put()
        assert caught.value.code == 8
        assert "(--name)" in caught.value.message


def test_without_a_terminal_a_default_answers() -> None:
    ask = Ask(interactive=False)
    assert ask.text("Name:", "--name", default="Zrno") == "Zrno"
    assert ask.text("Address:", "--address", default="") == ""
    assert ask.choose("Mail goes", "--transport", ["folder", "smtp"], default="smtp") == "smtp"


def test_nothing_is_read_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = StringIO("yes\n")
    monkeypatch.setattr(sys, "stdin", waiting)
    with pytest.raises(NeedsAnswer):
        Ask(interactive=False).confirm("Proceed?")
    assert waiting.read() == "yes\n"
