"""What journals tell is brought into the store once, and what they do not tell is judged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ecrm_cli.core.mailers import Answer
from ecrm_cli.core.store import Store
from ecrm_cli.outbox import claiming, ops
from ecrm_cli.outbox.claiming import Batch, Portion
from ecrm_cli.outbox.journal import Journal
from ecrm_cli.outbox.settling import settle
from tests.door import NOW
from tests.outbox.runs import column, messages, spring_for

SENT = Answer("sent", "250 2.0.0 queued as 7")
LATER = Answer("deferred", "451 4.7.1 greylisted")
NO = Answer("failed", "550 5.1.1 no such user")


@dataclass
class Sender:
    """A sender process as its journal sees it."""

    batch: Batch
    part: int = 0

    def works(self, *answers: Answer | None) -> None:
        """Begin and answer the messages of its part in order; None is begun and not answered."""
        journal = Journal(self.batch.journals[self.part], lambda: None)
        for row, answer in zip(self.batch.part(self.part), answers, strict=False):
            journal.begin(row.message_id)
            if answer is not None:
                journal.answer(row.message_id, answer, NOW)
        journal.close()


@dataclass
class Post:
    """A run of a few messages, and the folder of its journals."""

    store: Store
    folder: Path
    run_id: int

    def claim(self, now: datetime = NOW, parts: int = 1) -> Batch:
        """Claim all that is due."""
        batch = claiming.claim(self.store, now, self.run_id, Portion(100, parts, self.folder))
        assert batch is not None
        return batch

    def settle(self, now: datetime = NOW, told: Sequence[dict[str, object]] = ()) -> None:
        """Settle, and remove the journals as a session does."""
        for path in settle(self.store, now, self.folder, told):
            path.unlink()

    @property
    def statuses(self) -> list[str]:
        """The status of each message."""
        return column(self.store, self.run_id, "status")

    @property
    def reasons(self) -> list[str | None]:
        """The reason of each message."""
        return column(self.store, self.run_id, "reason")


@pytest.fixture
def post(store: Store, tmp_path: Path) -> Post:
    """A run for five people."""
    return Post(store, tmp_path, spring_for(store, 5))


def test_answers_are_settled_with_their_time_and_words(post: Post) -> None:
    Sender(post.claim()).works(SENT, LATER, NO, SENT, Answer("skipped", "no", "no-smtputf8"))
    post.settle()
    assert post.statuses == ["sent", "deferred", "failed", "sent", "skipped"]
    rows = messages(post.store, post.run_id)
    assert [row["server_reply"] for row in rows[:3]] == [SENT.words, LATER.words, NO.words]
    assert [row["sent_at"] for row in rows[:3]] == [NOW, None, None]
    assert [row["attempts"] for row in rows] == [1, 1, 1, 1, 1]
    assert rows[1]["next_try"] == NOW + timedelta(minutes=5)
    assert rows[4]["reason"] == "no-smtputf8"
    assert sum(ops.status(post.store, post.run_id).values()) == 10


def test_on_the_same_boot_what_was_not_begun_is_queued_again(post: Post) -> None:
    Sender(post.claim()).works(SENT, None)
    post.settle()
    assert post.statuses == ["sent", "unknown", "queued", "queued", "queued"]
    assert post.reasons[1] == "no-answer"
    rows = messages(post.store, post.run_id)
    assert [row["attempts"] for row in rows] == [1, 1, 0, 0, 0]
    assert rows[2]["sender_id"] is None
    assert [row.seq for row in post.claim().recipients] == [3, 4, 5]


def test_a_claim_that_nobody_began_is_queued_again(post: Post) -> None:
    post.claim(parts=3)
    post.settle()
    assert post.statuses == ["queued"] * 5


def test_on_another_boot_all_that_was_not_answered_is_in_doubt(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sender(post.claim(parts=2)).works(SENT, None)
    monkeypatch.setattr("ecrm_cli.outbox.settling.boot_id", lambda: "another start")
    post.settle()
    assert post.statuses == ["sent", "unknown", "unknown", "unknown", "unknown"]
    assert post.reasons == [None, "machine-restarted", "no-answer", *["machine-restarted"] * 2]


def test_a_journal_that_names_another_boot_is_believed_no_further_than_it_goes(post: Post) -> None:
    batch = post.claim()
    Sender(batch).works(SENT)
    (path,) = batch.journals
    lines = path.read_text().splitlines()
    head = json.loads(lines[0])
    head["head"]["boot"] = "another start"
    path.write_text("\n".join([json.dumps(head), *lines[1:]]) + "\n")
    post.settle()
    assert post.statuses == ["sent", *["unknown"] * 4]


def test_a_journal_that_is_gone_leaves_its_claim_in_doubt(post: Post) -> None:
    batch = post.claim(parts=2)
    Sender(batch, 0).works(SENT, SENT)
    batch.journals[1].unlink()
    post.settle()
    assert post.statuses == ["sent", "unknown", "sent", "unknown", "unknown"]
    assert post.reasons[1] == "journal-missing"


@pytest.mark.parametrize("torn", [b'{"b":2', b'{"a":1,"s":"failed"', b"\0\0\0\0", b"[1]", b"x"])
def test_a_line_that_was_cut_off_says_nothing(post: Post, torn: bytes) -> None:
    batch = post.claim()
    Sender(batch).works(SENT)
    with batch.journals[0].open("ab") as journal:
        journal.write(torn)
    post.settle()
    assert post.statuses == ["sent", *["queued"] * 4]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (b'{"b":2}\n', b"%\n"),
        (b'{"b":2}\n', b"\0\0\0\0\n"),
        (b'{"b":2}\n', b'{"b":"2"}\n'),
        (b'{"b":2}\n', b'{"b":true}\n'),
        (b'{"b":2}\n', b'{"b":99999999999999999999}\n'),
        (b'{"b":2}\n', b"[" * 100_000 + b"\n"),
        (b'"s":"sent"', b'"s":"delivered"'),
        (b'"s":"sent"', b'"s":null'),
        (b'"s":"sent",', b""),
        (b'"t":"2', b'"t":"some day 2'),
        (b'"worker":0', b'"worker":1'),
        (b'{"head":', b'{"head":7,"was":'),
    ],
)
def test_a_journal_that_somebody_changed_is_believed_no_further_than_it_goes(
    post: Post, written: bytes, found: bytes
) -> None:
    batch = post.claim()
    Sender(batch).works(SENT, None)
    (path,) = batch.journals
    path.write_bytes(path.read_bytes().replace(written, found))
    post.settle()
    assert post.statuses[0] in ("sent", "unknown")
    assert post.statuses[1:] == ["unknown"] * 4
    assert "journal-damaged" in post.reasons


def test_lines_that_were_taken_out_of_a_journal_are_missed(post: Post) -> None:
    batch = post.claim()
    Sender(batch).works(SENT, SENT)
    (path,) = batch.journals
    journal = Journal(path, lambda: None)
    journal.sync()
    journal.close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if line[1:6] not in (b'"b":2', b'"a":2')))
    post.settle()
    assert post.statuses == ["sent", *["unknown"] * 4]


@pytest.mark.parametrize("name", ["x-y-z", "1-1", "1-1-0-2", "1-1-0 (copy)", "1-1-²"])
def test_a_file_by_another_name_is_no_journal(post: Post, name: str) -> None:
    batch = post.claim()
    Sender(batch).works(SENT)
    other = post.folder / f"{name}.ndjson"
    other.write_bytes(batch.journals[0].read_bytes().replace(b"sent", b"failed"))
    post.settle()
    assert post.statuses == ["sent", *["queued"] * 4]
    assert other.exists()


def test_a_head_that_was_cut_off_leaves_its_claim_in_doubt(post: Post) -> None:
    batch = post.claim()
    batch.journals[0].write_bytes(b'{"head":{"ru')
    post.settle()
    assert post.statuses == ["unknown"] * 5


def test_settling_twice_changes_nothing(post: Post) -> None:
    Sender(post.claim()).works(SENT, LATER, None)
    settle(post.store, NOW, post.folder)
    once = messages(post.store, post.run_id)
    settle(post.store, NOW + timedelta(hours=1), post.folder)
    assert messages(post.store, post.run_id) == once


def test_an_old_journal_says_nothing_about_a_later_claim(post: Post) -> None:
    first = post.claim()
    Sender(first).works(LATER)
    settle(post.store, NOW, post.folder)
    second = post.claim(NOW + timedelta(minutes=5))
    assert second.recipients[0].seq == 1
    settle(post.store, NOW, post.folder)
    assert post.statuses[0] == "queued"
    assert messages(post.store, post.run_id)[0]["attempts"] == 1


def test_a_later_answer_turns_doubt_into_certainty(post: Post) -> None:
    batch = post.claim()
    Sender(batch).works(None)
    settle(post.store, NOW, post.folder)
    assert post.statuses[0] == "unknown"
    journal = Journal(batch.journals[0], lambda: None)
    journal.answer(batch.recipients[0].message_id, SENT, NOW)
    journal.close()
    post.settle()
    row = messages(post.store, post.run_id)[0]
    assert (row["status"], row["reason"], row["attempts"]) == ("sent", None, 1)
    assert row["sent_at"] == NOW


def test_an_answer_that_no_journal_took_may_be_told(post: Post) -> None:
    batch = post.claim()
    Sender(batch).works(None)
    post.settle(told=[{"a": 1, "s": "sent", "r": "250 ok", "t": NOW.isoformat()}])
    assert post.statuses == ["sent", *["queued"] * 4]
    assert messages(post.store, post.run_id)[0]["attempts"] == 1


def test_the_deferred_are_tried_five_times_and_ever_later(post: Post) -> None:
    now, waits = NOW, []
    for _ in range(4):
        Sender(post.claim(now)).works(LATER, SENT, SENT, SENT, SENT)
        post.settle(now)
        due = messages(post.store, post.run_id)[0]["next_try"]
        waits.append((due - now) / timedelta(minutes=1))
        now = due
    assert waits == [5, 15, 45, 135]
    Sender(post.claim(now)).works(LATER)
    post.settle(now)
    row = messages(post.store, post.run_id)[0]
    assert (row["status"], row["reason"], row["attempts"]) == ("failed", "too-many-attempts", 5)
    assert row["next_try"] is None
    assert ops.run(post.store, post.run_id)["state"] == "finished"


def test_a_run_with_deferred_mail_is_not_finished(post: Post) -> None:
    Sender(post.claim()).works(SENT, SENT, SENT, SENT, LATER)
    post.settle()
    assert ops.run(post.store, post.run_id)["state"] == "running"
    assert ops.next_try(post.store, post.run_id) == NOW + timedelta(minutes=5)


def test_a_run_with_mail_in_doubt_is_finished(post: Post) -> None:
    Sender(post.claim()).works(SENT, SENT, SENT, SENT, None)
    post.settle()
    assert ops.run(post.store, post.run_id)["state"] == "finished"


def test_what_a_dead_sender_left_of_a_cancelled_run_is_not_queued_again(post: Post) -> None:
    Sender(post.claim()).works(SENT, LATER)
    ops.set_state(post.store, NOW, post.run_id, "cancelled")
    post.settle()
    assert post.statuses == ["sent", *["skipped"] * 4]
    assert post.reasons == [None, *["cancelled"] * 4]


def test_journals_of_several_runs_are_settled_together(store: Store, tmp_path: Path) -> None:
    from tests.outbox.runs import freeze

    first = Post(store, tmp_path, spring_for(store, 2))
    second = Post(store, tmp_path, freeze(store, [1, 2]))
    Sender(first.claim()).works(SENT)
    Sender(second.claim()).works(NO, None)
    first.settle()
    assert (first.statuses, second.statuses) == (["sent", "queued"], ["failed", "unknown"])
    assert list(tmp_path.glob("*.ndjson")) == []


def test_a_sync_line_says_how_many_bytes_are_on_the_disk(post: Post) -> None:
    (path,) = post.claim().journals
    synced: list[int] = []
    journal = Journal(path, lambda: synced.append(path.stat().st_size))
    for number in range(450):
        journal.begin(number)
        journal.answer(number, SENT, NOW)
    journal.sync()
    journal.close()
    told = [json.loads(line)["y"] for line in path.read_text().splitlines() if '"y"' in line]
    assert told == synced
    assert len(told) >= 3
    assert path.read_bytes()[: told[-1]].endswith(b"\n")
