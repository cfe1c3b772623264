"""``ecrm run``: what is due is done once, whoever asks for it and however often."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ecrm_cli.core.app import App
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.migrations import migrate, schema_files
from ecrm_cli.core.store import Opening, create_store, open_store
from ecrm_cli.core.system import locked
from ecrm_cli.upkeep import running, steps
from ecrm_cli.upkeep.steps import Done, Step
from tests.door import Answer, Ecrm, ecrm_words, process_environment
from tests.outbox.runs import RECEIPT, SPRING, crowd, freeze
from tests.smtpserver import Receiver

KEYS = ["step", "state", "counts", "seconds", "error", "note"]
PEOPLE = 5


@pytest.fixture
def shop(ecrm: Ecrm, app: App) -> Ecrm:
    """A shop with a campaign's run of five that nobody has sent yet."""
    assert ecrm("config", "set", "mail.from", "Zrno <hello@zrno.example>").code == 0
    with app.writing() as store:
        freeze(store, crowd(store, PEOPLE), SPRING)
    return ecrm


@pytest.fixture
def served(shop: Ecrm, smtp: Receiver) -> Ecrm:
    """The same, and mail goes to a server."""
    for key, value in (
        ("mail.smtp.host", "127.0.0.1"), ("mail.smtp.port", str(smtp.port)),
        ("mail.smtp.security", "none"), ("mail.transport", "smtp"), ("pace.per_second", "1000"),
    ):  # fmt: skip
        assert shop("config", "set", key, value).code == 0
    return shop


def states(answer: Answer) -> dict[str, str]:
    """Return the state of each step."""
    return {row["step"]: row["state"] for row in answer.json}


def step_of(answer: Answer, name: str) -> Any:
    """Return one step's row."""
    return next(row for row in answer.json if row["step"] == name)


def test_what_is_due_is_sent_and_the_next_run_finds_nothing(shop: Ecrm) -> None:
    first = shop("run", "--json")
    assert first.code == 0, first.stderr
    assert [list(row) for row in first.json] == [KEYS] * len(steps.STEPS)
    assert states(first) == {
        "spool": "nothing", "send": "done", "loyalty": "skipped", "snapshots": "done",
    }  # fmt: skip
    assert step_of(first, "send")["counts"] == {"runs": 1, "sent": PEOPLE}
    assert len(list((shop.folder / "outbox" / "new").iterdir())) == PEOPLE
    again = shop("run", "--json")
    assert (again.code, states(again)["send"]) == (0, "nothing")
    assert len(list((shop.folder / "outbox" / "new").iterdir())) == PEOPLE


def test_a_paused_run_is_left_alone(shop: Ecrm, app: App) -> None:
    from ecrm_cli.outbox import ops

    with app.writing() as store:
        ops.set_state(store, app.now, 1, "paused")
    assert states(shop("run", "--json"))["send"] == "nothing"


def test_mail_that_was_put_off_goes_when_its_time_has_come(served: Ecrm, smtp: Receiver) -> None:
    smtp.say = lambda stage, to: "451 later" if (stage, to) == ("RCPT", "p1@example.org") else None
    first = served("run", "--json")
    assert first.code == 0, first.stderr
    assert step_of(first, "send")["counts"] == {"runs": 1, "sent": 4, "deferred": 1}
    smtp.say = lambda stage, to: None
    assert states(served("run", "--json"))["send"] == "nothing"
    later = Ecrm(served.folder, {"ECRM_NOW": "2026-11-20T09:06:00Z"})("run", "--json")
    assert step_of(later, "send")["counts"] == {"runs": 1, "sent": 1}
    assert sorted(smtp.recipients) == [f"p{number}@example.org" for number in range(1, 6)]


def test_service_mail_goes_before_a_campaign(served: Ecrm, app: App, smtp: Receiver) -> None:
    with app.writing() as store:
        freeze(store, [3], RECEIPT)
    done = served("run", "--json")
    assert step_of(done, "send")["counts"] == {"runs": 2, "sent": PEOPLE + 1}
    assert smtp.recipients[0] == "p3@example.org"


def test_what_a_server_refuses_ends_with_6_and_says_where_it_stands(
    served: Ecrm, smtp: Receiver
) -> None:
    smtp.say = lambda stage, to: (
        "550 unknown" if (stage, to) == ("RCPT", "p2@example.org") else None
    )
    done = served("run", "--json")
    assert (done.code, states(done)["send"]) == (6, "partial")
    assert step_of(done, "send")["counts"] == {"runs": 1, "sent": 4, "failed": 1}
    assert done.error["message"] == "send: 1 run, 4 sent, 1 failed."


def test_a_server_that_is_down_ends_with_7_and_the_other_steps_have_their_turn(
    shop: Ecrm,
) -> None:
    for key, value in (("mail.smtp.port", "1"), ("mail.transport", "smtp")):
        shop("config", "set", key, value)
    assert shop("contact", "list", "--json").code == 0
    done = shop("run", "--json")
    assert done.code == 7
    assert states(done) == {
        "spool": "done", "send": "failed", "loyalty": "skipped", "snapshots": "done",
    }  # fmt: skip
    assert step_of(done, "send")["error"]["code"] == 7
    quiet = shop("run", "--quiet")
    assert (quiet.code, quiet.stdout) == (7, "")
    assert quiet.stderr.startswith("Error: ")


def test_with_quiet_and_nothing_wrong_nothing_is_printed(shop: Ecrm) -> None:
    for words in (("--quiet",), ("--quiet", "--json"), ("-q",)):
        assert shop("run", *words) == Answer(0, "", "")


def test_a_dry_run_counts_and_sends_nothing(shop: Ecrm) -> None:
    done = shop("run", "--dry-run", "--json")
    row = step_of(done, "send")
    assert (done.code, row["state"], row["note"]) == (0, "skipped", "dry run")
    assert row["counts"] == {"runs": 1, "messages": PEOPLE}
    assert not list((shop.folder / "outbox").rglob("*.*"))
    assert shop("mail", "queue", "--json").json[0]["queued"] == PEOPLE


def test_where_no_workspace_is_no_step_has_a_turn(shop: Ecrm) -> None:
    answer = shop("-C", "nowhere", "run", "--json")
    assert (answer.code, answer.stdout) == (4, "")
    assert "is no workspace" in answer.error["message"]


def test_only_does_what_it_names_and_knows_no_other(shop: Ecrm) -> None:
    done = shop("run", "--only", "spool", "--json")
    assert states(done) == {"spool": "nothing"}
    wrong = shop("run", "--only", "spool,sned", "--json")
    assert (wrong.code, wrong.error["matches"]) == (2, ["send"])
    assert shop("mail", "queue", "--json").json[0]["queued"] == PEOPLE


def test_points_are_settled_where_there_is_a_programme(shop: Ecrm) -> None:
    for key, value in (("loyalty.points.per", "100 EUR"), ("loyalty.points.value", "1 EUR")):
        assert shop("config", "set", key, value).code == 0
    assert shop("order", "add", "--contact", "p1@example.org", "--total", "250").code == 0
    assert step_of(shop("run", "--dry-run", "--json"), "loyalty")["counts"] == {"orders": 1}
    done = shop("run", "--json")
    assert step_of(done, "loyalty")["state"] == "done"
    assert states(shop("run", "--json"))["loyalty"] == "nothing"
    assert shop("loyalty", "balance", "p1@example.org", "--json").json["points"] == 2


def test_a_lease_held_by_another_is_busy_and_no_failure(shop: Ecrm, app: App) -> None:
    assert shop("run", "--only", "spool").code == 0
    with locked(app.workspace.lease("send")):
        done = shop("run", "--json")
    assert (done.code, states(done)["send"]) == (0, "busy")
    assert shop("mail", "queue", "--json").json[0]["queued"] == PEOPLE


def test_a_database_in_use_beyond_wait_ends_with_75(shop: Ecrm, app: App) -> None:
    with app.writing():
        done = shop.process("run", "--wait", "0.2s", "--json")
    assert (done.code, states(done)["send"]) == (75, "busy")
    assert step_of(done, "send")["error"]["code"] == 75


@pytest.fixture
def gate(smtp: Receiver) -> Iterator[threading.Event]:
    """A mail server that says nothing to the first recipient until the gate is opened."""
    opened = threading.Event()

    def say(stage: str, _address: str) -> None:
        if stage == "RCPT":
            opened.wait(60)

    smtp.say = say
    yield opened
    opened.set()


def test_two_at_once_send_everything_once(
    served: Ecrm, smtp: Receiver, gate: threading.Event
) -> None:
    first = subprocess.Popen(
        ecrm_words("run", "--json"), cwd=served.folder, env=process_environment({}),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    wait_for(smtp)
    second = served.process("run", "--json")
    assert (second.code, second.stderr) == (0, "")
    assert states(second)["send"] == "busy"
    gate.set()
    out, err = first.communicate(timeout=60)
    done = Answer(first.returncode, out, err)
    assert (done.code, step_of(done, "send")["counts"]) == (0, {"runs": 1, "sent": PEOPLE}), err
    assert sorted(smtp.recipients) == [f"p{number}@example.org" for number in range(1, 6)]


def wait_for(smtp: Receiver) -> None:
    """Wait until somebody talks to the server."""
    until = time.monotonic() + 60
    while not smtp.connections:
        assert time.monotonic() < until, "nobody came"
        time.sleep(0.05)


def test_a_step_that_fails_or_breaks_keeps_no_other_from_its_turn(app: App) -> None:
    def absent(_app: App) -> Done:
        raise NotFound("There is no such thing.")

    def broken(_app: App) -> Done:
        raise ZeroDivisionError

    table = [
        Step("one", lambda app: {"things": 1}, absent),
        Step("two", lambda app: {"things": 1}, broken),
        Step("three", lambda app: {"things": 1}, lambda app: Done({"things": 1})),
    ]
    reports = running.run(app, table)
    assert [report.state for report in reports] == ["failed", "failed", "done"]
    assert [report.row()["error"] and report.row()["error"]["kind"] for report in reports] == [
        "not-found", "bug", None
    ]  # fmt: skip
    with pytest.raises(ZeroDivisionError):
        running.wrong(reports)
    assert running.code(running.wrong([reports[0], reports[2]])) == 4


def test_a_book_of_an_older_version_is_brought_up_to_date(ecrm: Ecrm, app: App) -> None:
    book = app.workspace.database
    book.unlink()
    create_store(book)
    with open_store(Opening(book, app.workspace.root / ".ecrm/tmp")) as store:
        migrate(store, app.now, schema_files()[:-1])
    looked = ecrm("run", "--dry-run", "--json")
    assert set(states(looked).values()) == {"failed", "skipped"}
    assert ecrm("contact", "list").code == 3, "a dry run changed the book"
    assert set(states(ecrm("run", "--json")).values()) == {"nothing", "skipped", "done"}
    assert ecrm("contact", "list").code == 0
