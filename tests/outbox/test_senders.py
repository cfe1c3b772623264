"""Senders as processes: killed, interrupted, doubled, halted; and what others see meanwhile."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ecrm_cli.outbox import halting, ops
from ecrm_cli.outbox.sending import WorkspaceMoved, opener_of, send, sending_of
from tests.door import NOW
from tests.outbox.shops import Shop, adds_up, until
from tests.smtpserver import Receiver

PEOPLE = 60


def slowly(receiver: Receiver, seconds: float = 0.02) -> None:
    """Have the server take its time over every message."""

    def say(stage: str, address: str) -> str | None:
        if stage == "END":
            time.sleep(seconds)
        return None

    receiver.say = say


def each_once(shop: Shop, run_id: int, smtp: Receiver) -> None:
    """Check that everybody got it once, or is said to be in doubt."""
    assert len(set(smtp.recipients)) == len(smtp.recipients)
    ids = [mail.parsed["Message-ID"] for mail in smtp.taken]
    assert len(set(ids)) == len(ids)
    counts = shop.counts(run_id)
    assert adds_up(counts)
    doubt = {
        address
        for address, status in zip(
            shop.column(run_id, "address"), shop.column(run_id, "status"), strict=True
        )
        if status == "unknown"
    }
    everybody = set(shop.column(run_id, "address"))
    assert set(smtp.recipients) | doubt == everybody
    assert counts["sent"] + counts["unknown"] == counts["audience"]


def test_a_killed_sender_is_gone_on_with_and_nobody_gets_two(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    slowly(smtp)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 10)
        sender.kill_all()
    assert len(smtp.taken) < PEOPLE
    counts = smtp_shop.counts(run_id)
    assert (adds_up(counts), counts["sending"] > 0) == (True, True)
    outcome = smtp_shop.send(run_id)
    assert outcome.state == "finished"
    assert outcome.counts["unknown"] <= 2
    each_once(smtp_shop, run_id, smtp)


def test_when_the_parent_alone_is_killed_its_processes_stop_before_their_next(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    slowly(smtp, 0.1)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 4)
        children = sender.children
        assert len(children) == 2
        os.kill(sender.process.pid, signal.SIGKILL)
        until(lambda: not any(_lives(child) for child in children), 5)
    at_most = 4 + 3 * len(children)
    assert len(smtp.taken) <= at_most
    outcome = smtp_shop.send(run_id)
    # They finished what they were at and wrote it down: nothing is in doubt.
    assert outcome.counts["sent"] == PEOPLE
    each_once(smtp_shop, run_id, smtp)


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_lock_is_held_until_the_last_process_has_ended(smtp_shop: Shop, smtp: Receiver) -> None:
    slowly(smtp, 0.5)
    run_id = smtp_shop.run_for(8)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: any(line.startswith("END") for line in smtp.heard))
        os.kill(sender.process.pid, signal.SIGKILL)
        sender.process.wait()
        second = smtp_shop.send(run_id)
        assert "sender that was killed" in second.busy
        assert second.counts == {}
        until(lambda: not smtp_shop.send(run_id).busy, 20)
    each_once(smtp_shop, run_id, smtp)
    assert smtp_shop.counts(run_id)["sent"] == 8


def test_a_child_that_is_killed_is_replaced(smtp_shop: Shop, smtp: Receiver) -> None:
    slowly(smtp)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 10)
        os.kill(sender.children[0], signal.SIGKILL)
        code, outcome, complaints = sender.wait()
    assert (code, complaints) == (0, "")
    assert outcome["state"] == "finished"
    assert outcome["counts"]["unknown"] <= 1
    each_once(smtp_shop, run_id, smtp)


def test_a_second_sender_says_who_sends_and_does_nothing(smtp_shop: Shop, smtp: Receiver) -> None:
    slowly(smtp)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 5)
        with smtp_shop.sender(run_id) as second:
            code, outcome, _ = second.wait()
        assert code == 0
        assert f"process {sender.process.pid}" in outcome["busy"]
        assert "sending spring (R-1)" in outcome["busy"]
        assert sender.wait()[0] == 0
    each_once(smtp_shop, run_id, smtp)
    assert smtp_shop.counts(run_id)["sent"] == PEOPLE


def test_the_counts_add_up_at_every_moment(
    smtp_shop: Shop, smtp: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(smtp)
    monkeypatch.setattr("ecrm_cli.outbox.claiming.LARGEST", 10)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.process("tests.outbox.poller", run_id) as poller:
        assert poller.stdout is not None
        first = json.loads(poller.stdout.readline())
        assert smtp_shop.send(run_id).counts["sent"] == PEOPLE
        poller.kill()
        rest = [json.loads(line) for line in poller.stdout if line.endswith("\n")]
    seen = [first, *rest]
    assert all(adds_up(counts) for counts in seen)
    assert {counts["audience"] for counts in seen} == {PEOPLE}
    assert any(counts["sending"] and counts["sent"] for counts in seen)
    sent = [counts["sent"] for counts in seen]
    assert sent == sorted(sent)


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_a_halt_from_another_process_is_obeyed_within_five_seconds(
    smtp_shop: Shop, smtp: Receiver, state: halting.Halt
) -> None:
    smtp_shop.set(pace={"per_second": 20})
    run_id = smtp_shop.run_for(PEOPLE * 5)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 5)
        asked = time.monotonic()
        assert halting.halt(opener_of(smtp_shop.app), smtp_shop.place, NOW, run_id, state)
        code, outcome, _ = sender.wait()
        assert time.monotonic() - asked < 5
    assert (code, outcome["state"]) == (0, state)
    taken = len(smtp.taken)
    assert taken < PEOPLE * 5
    counts = smtp_shop.counts(run_id)
    waiting = "queued" if state == "paused" else "skipped"
    assert (counts["sent"], counts[waiting]) == (taken, PEOPLE * 5 - taken)
    assert smtp_shop.send(run_id).counts["sent"] == taken
    if state == "paused":
        smtp_shop.set(pace={"per_second": 5_000})
        with smtp_shop.app.writing() as store:
            assert halting.resume(store, smtp_shop.place, NOW, run_id)
        assert smtp_shop.send(run_id).counts["sent"] == PEOPLE * 5
        each_once(smtp_shop, run_id, smtp)


def test_a_halt_works_while_somebody_holds_the_database(smtp_shop: Shop, smtp: Receiver) -> None:
    smtp_shop.set(pace={"per_second": 20})
    run_id = smtp_shop.run_for(PEOPLE * 5)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 5)
        with smtp_shop.app.reading():
            smtp_shop.place.journal.joinpath(f"{run_id}.stop").write_text("paused")
            time.sleep(1)
            taken = len(smtp.taken)
            time.sleep(1)
            assert len(smtp.taken) == taken
        assert sender.wait()[1]["state"] == "paused"
    assert smtp_shop.state(run_id) == "paused"
    assert not smtp_shop.place.journal.joinpath(f"{run_id}.stop").exists()


@pytest.mark.parametrize("whom", ["group", "parent"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_finishes_what_is_begun_and_settles_it(
    smtp_shop: Shop, smtp: Receiver, number: signal.Signals, whom: str
) -> None:
    slowly(smtp)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 5)
        send = os.killpg if whom == "group" else os.kill
        send(sender.process.pid, number)
        assert sender.wait()[0] == 130
    counts = smtp_shop.counts(run_id)
    assert counts["sent"] == len(smtp.taken) < PEOPLE
    assert counts["queued"] == PEOPLE - len(smtp.taken)
    assert smtp_shop.journals() == []
    assert smtp_shop.send(run_id).counts["sent"] == PEOPLE
    each_once(smtp_shop, run_id, smtp)


def test_a_closed_terminal_leaves_nothing_in_doubt(smtp_shop: Shop, smtp: Receiver) -> None:
    slowly(smtp)
    run_id = smtp_shop.run_for(PEOPLE)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 5)
        children = sender.children
        os.killpg(sender.process.pid, signal.SIGHUP)
        until(lambda: not any(_lives(child) for child in children), 5)
        # It settles what they did, and holds the lock as long.
        sender.wait()
    assert smtp_shop.send(run_id).counts["sent"] == PEOPLE
    each_once(smtp_shop, run_id, smtp)


def test_sender_processes_load_neither_the_store_nor_the_front_door(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    slowly(smtp, 0.1)
    run_id = smtp_shop.run_for(20)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 4)
        for child in sender.children:
            maps = Path(f"/proc/{child}/maps").read_text()
            assert "jinja2" in maps or "python" in maps
            assert not any(name in maps for name in ("duckdb", "polars", "rapidfuzz"))
        sender.kill_all()


def test_the_worker_imports_nothing_heavy(tmp_path: Path) -> None:
    from tests.house.test_start import loaded_after

    loaded = loaded_after("import ecrm_cli.outbox.worker", tmp_path)
    assert "ecrm_cli.outbox.rendering" in loaded
    assert loaded.isdisjoint(("duckdb", "polars", "typer", "rich", "questionary", "msgspec"))


def test_a_workspace_that_is_moved_while_mail_is_sent_is_gone_on_with_where_it_is(
    smtp_shop: Shop, smtp: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly(smtp)
    monkeypatch.setattr("ecrm_cli.outbox.claiming.LARGEST", 20)
    run_id = smtp_shop.run_for(PEOPLE)
    moved = smtp_shop.root.with_name("moved")
    before = smtp_shop.root

    def move(line: str) -> None:
        if line and len(smtp.taken) >= 5 and before.exists():
            before.rename(moved)

    how = replace(sending_of(smtp_shop.app), show=move)
    with pytest.raises(WorkspaceMoved, match="was moved"):
        send(opener_of(smtp_shop.app), run_id, how)
    assert not before.exists()
    there = Shop(replace(smtp_shop.app, folder=moved), smtp_shop.settings)
    assert there.send(run_id).counts["sent"] == PEOPLE
    each_once(there, run_id, smtp)


def test_a_sender_waits_for_whoever_holds_the_database(smtp_shop: Shop, smtp: Receiver) -> None:
    slowly(smtp, 0.05)
    run_id = smtp_shop.run_for(20)
    with smtp_shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 2)
        with smtp_shop.app.reading() as store:
            until(lambda: len(smtp.taken) == 20)
            time.sleep(2)
            assert sender.process.poll() is None
            assert ops.status(store, run_id)["sending"] == 20
        code, outcome, _ = sender.wait()
    assert (code, outcome["counts"]["sent"]) == (0, 20)


def test_a_sender_whose_patience_ends_has_lost_nothing(smtp_shop: Shop, smtp: Receiver) -> None:
    slowly(smtp)
    run_id = smtp_shop.run_for(10)
    with smtp_shop.sender(run_id, "1s") as sender:
        until(lambda: len(smtp.taken) >= 1)
        with smtp_shop.app.reading():
            code, _, complaints = sender.wait()
    assert code == 75
    assert "in use by" in complaints
    assert len(smtp.taken) == 10
    assert smtp_shop.counts(run_id)["sending"] == 10
    assert smtp_shop.send(run_id).counts["sent"] == 10
    assert len(smtp.taken) == 10
