"""Cases opened and changed: what is kept of each step, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ecrm_cli.cases import ops, writing
from ecrm_cli.cases.model import Calendar, Policy
from ecrm_cli.cases.rules import (
    CHANNELS,
    NOBODY,
    BeforeOpening,
    CaseDone,
    MoveNotAllowed,
    NewCase,
    NoCase,
    NothingSaid,
    UnknownAgent,
    UnknownWord,
    Wanted,
    agent,
    closing,
    number,
    one_of,
    reopening,
)
from ecrm_cli.cases.writing import Heard, Step
from ecrm_cli.contacts import profile
from ecrm_cli.contacts.model import Profile
from ecrm_cli.core.calendar import StillToCome
from ecrm_cli.core.queries import query
from ecrm_cli.core.settings_cases import Cases, Status
from ecrm_cli.core.store import Row, Store
from tests.door import NOW
from tests.people import person

STATUSES = Cases().statuses
HOURS = tuple(((9 * 3_600, 17 * 3_600),) if day < 5 else () for day in range(7))
POLICY = Policy(
    Calendar(UTC, HOURS),
    dict.fromkeys(("urgent", "high", "normal", "low"), (4 * 3600, 8 * 3600)),
)
HOUR = timedelta(hours=1)
EVENTS = query("test.events", "FROM case_event ORDER BY case_event_id")


def opened(store: Store, **more: object) -> int:
    """Open a case of a new person, an e-mail of three hours ago; return its number."""
    new = NewCase(person(store, email="eva@example.org") if "contact_id" not in more else 0,
                  "Cold coffee", "email", "complaint", "normal", NOW - 3 * HOUR)  # fmt: skip
    return writing.open_case(store, NOW, replace(new, **more), STATUSES)  # type: ignore[arg-type]


def shown(store: Store, case_id: int, now: datetime = NOW) -> Row:
    """Return a case as ``case show`` gives it."""
    return ops.show(store, now, case_id, POLICY)


def kinds(store: Store) -> list[str]:
    """Return the kinds of all facts, in order."""
    return [row["kind"] for row in store.rows(EVENTS)]


def test_a_case_is_opened_with_its_first_fact(store: Store) -> None:
    case_id = opened(store, text="It was cold.")
    (fact,) = store.rows(EVENTS)
    assert (fact["kind"], fact["status"], fact["phase"], fact["priority"], fact["category"]) == (
        "opened", "new", "open", "normal", "complaint",
    )  # fmt: skip
    assert (fact["occurred_at"], fact["recorded_at"]) == (NOW - 3 * HOUR, NOW)
    page = shown(store, case_id)
    assert (page["ref"], page["status"], page["assignee"]) == ("C-1", "new", None)
    assert [(note["body"], note["public"]) for note in page["notes"]] == [("It was cold.", True)]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_call_a_chat_and_a_visit_were_answered_at_opening(store: Store, channel: str) -> None:
    page = shown(store, opened(store, channel=channel))
    met = {"phone", "chat", "visit"}
    assert (page["clocks"][0]["state"] == "met") == (channel in met)


def test_numbers_follow_each_other(store: Store) -> None:
    owner = person(store, email="ana@example.org")
    assert [opened(store, contact_id=owner) for _ in range(3)] == [1, 2, 3]


def test_a_case_is_not_opened_without_words_or_in_the_future(store: Store) -> None:
    with pytest.raises(NothingSaid):
        opened(store, subject="  ")
    with pytest.raises(StillToCome):
        opened(store, contact_id=1, opened_at=NOW + HOUR)
    assert kinds(store) == []


def test_a_note_is_internal_and_changes_no_state(store: Store) -> None:
    case_id = opened(store)
    writing.note(store, NOW, case_id, "The machine was cold.", NOW)
    page = shown(store, case_id)
    assert [(note["kind"], note["public"]) for note in page["notes"]] == [("note", False)]
    assert (page["status"], page["clocks"][0]["state"]) == ("new", "running")


def test_nothing_happens_before_the_opening_or_after_now(store: Store) -> None:
    case_id = opened(store)
    with pytest.raises(BeforeOpening):
        writing.note(store, NOW, case_id, "Early", NOW - 4 * HOUR)
    with pytest.raises(StillToCome):
        writing.note(store, NOW, case_id, "Late", NOW + HOUR)
    assert kinds(store) == ["opened"]


def test_what_the_customer_says_ends_the_waiting_when_they_said_it(store: Store) -> None:
    case_id = opened(store)
    writing.move(store, NOW - 2 * HOUR, case_id, "waiting", STATUSES)
    writing.hear(store, NOW, case_id, Heard("Still cold", NOW - HOUR), STATUSES)
    page = shown(store, case_id)
    assert (page["status"], page["notes"][-1]["kind"]) == ("open", "customer_message")
    assert page["clocks"][1]["due_at"] is not None


def test_what_the_customer_says_opens_a_closed_case(store: Store) -> None:
    case_id = opened(store)
    writing.close(store, NOW - HOUR, case_id, STATUSES)
    writing.hear(store, NOW, case_id, Heard("Again", NOW), STATUSES)
    assert shown(store, case_id)["status"] == "open"


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
def test_a_status_moves_as_the_settings_say(store: Store, before: str, wanted: str) -> None:
    case_id = opened(store)
    if before != "new":
        writing.move(store, NOW - 2 * HOUR, case_id, before, STATUSES)
    known = len(kinds(store))
    if wanted == before:
        assert writing.move(store, NOW, case_id, wanted, STATUSES) is False
    elif wanted in STATUSES[before].moves:
        assert writing.move(store, NOW, case_id, wanted, STATUSES) is True
        assert shown(store, case_id)["status"] == wanted
        return
    else:
        with pytest.raises(MoveNotAllowed, match=f"C-1 is {before} and cannot become {wanted}"):
            writing.move(store, NOW, case_id, wanted, STATUSES)
    assert len(kinds(store)) == known
    assert shown(store, case_id)["status"] == before


def test_close_and_reopen_are_each_others_inverse(store: Store) -> None:
    case_id = opened(store)
    assert writing.close(store, NOW, case_id, STATUSES) is True
    assert writing.close(store, NOW, case_id, STATUSES) is False
    assert shown(store, case_id)["status"] == "closed"
    assert writing.reopen(store, NOW, case_id, STATUSES) is True
    assert writing.reopen(store, NOW, case_id, STATUSES) is False
    assert (shown(store, case_id)["status"], kinds(store)) == (
        "open", ["opened", "closed", "reopened"]
    )  # fmt: skip


def test_the_owners_own_statuses_are_closed_and_reopened_by_what_they_mean() -> None:
    own = {
        "fresh": Status("open", ("busy",)),
        "busy": Status("open", ("sleeping", "over")),
        "sleeping": Status("waiting", ("busy",)),
        "over": Status("done", ("busy",)),
    }
    assert (closing(own), reopening("over", own), reopening("forgotten", own)) == (
        "over", "busy", "fresh"
    )  # fmt: skip


def test_a_status_that_the_settings_lost_may_become_any(store: Store) -> None:
    case_id = opened(store)
    own = {"fresh": Status("open", ()), "over": Status("done", ())}
    assert writing.move(store, NOW, case_id, "over", own) is True


def test_an_assignment_is_kept_and_taken_back(store: Store) -> None:
    case_id = opened(store, assignee="mira")
    assert writing.assign(store, NOW, case_id, "mira") is False
    assert writing.assign(store, NOW, case_id, NOBODY) is True
    assert writing.assign(store, NOW, case_id, NOBODY) is False
    assert shown(store, case_id)["assignee"] is None


def test_a_priority_moves_what_is_due_until_the_case_is_done(store: Store) -> None:
    case_id = opened(store)
    assert writing.prioritize(store, NOW, case_id, "urgent") is True
    assert writing.prioritize(store, NOW, case_id, "urgent") is False
    writing.close(store, NOW, case_id, STATUSES)
    with pytest.raises(CaseDone):
        writing.prioritize(store, NOW, case_id, "low")


def test_the_state_of_any_day_can_be_asked_again(store: Store) -> None:
    """A fact written down late takes its place in time, not at the end."""
    case_id = opened(store)
    writing.close(store, NOW, case_id, STATUSES)
    store.take_ids("case_event", 0)
    writing.write(store, NOW, case_id, Step("status", NOW - HOUR, "waiting", "waiting"))
    page = shown(store, case_id)
    assert page["status"] == "closed"
    assert [event["kind"] for event in page["history"]] == ["opened", "status", "closed"]
    assert page["clocks"][1]["met_at"] == NOW


@pytest.mark.parametrize("words", ["C-12", "c12", "c-12", "#12", "12", " 12 "])
def test_a_case_is_named_in_many_ways(words: str) -> None:
    assert number(words) == 12


@pytest.mark.parametrize("words", ["", "C-", "P-12", "twelve", "12a", "-12"])
def test_other_words_name_no_case(store: Store, words: str) -> None:
    assert number(words) is None
    with pytest.raises(NoCase, match="There is no case"):
        ops.find(store, words)


def test_words_are_found_whatever_their_letters_and_others_are_told_what_there_is() -> None:
    assert one_of("status", "Waiting", STATUSES) == "waiting"
    with pytest.raises(UnknownWord) as unknown:
        one_of("status", "wating", STATUSES)
    assert unknown.value.matches == ["waiting"]
    assert agent("MIRA", ["mira"]) == "mira"
    with pytest.raises(UnknownAgent) as absent:
        agent("mina", ["mira", "jovan"])
    assert (absent.value.code, absent.value.matches) == (4, ["mira"])


def test_a_list_is_narrowed_and_the_late_are_known(store: Store) -> None:
    ana, ben = (person(store, email=f"{name}@example.org") for name in ("ana", "ben"))
    opened(store, contact_id=ana, opened_at=NOW - timedelta(days=7))
    opened(store, contact_id=ben, assignee="mira", category="question")
    opened(store, contact_id=ana, assignee="mira")
    writing.close(store, NOW, 3, STATUSES)

    def listed(**wanted: object) -> list[int]:
        asked = Wanted(**wanted)  # type: ignore[arg-type]
        rows = list(ops.pages(store, NOW, asked, lambda: POLICY))
        assert len(rows) == ops.count(store, asked)
        return [row["number"] for row in rows]

    assert listed() == [3, 2, 1]
    assert listed(phases=ops.UNDONE) == [2, 1]
    assert listed(assignee="mira") == [3, 2]
    assert listed(assignee=NOBODY) == [1]
    assert listed(category="question") == [2]
    assert listed(contact_id=ana) == [3, 1]
    assert listed(status="closed") == [3]
    due = ops.due(store, NOW, Wanted(phases=ops.UNDONE), lambda: POLICY)
    assert [(row["number"], row["overdue"]) for row in due] == [(1, True), (2, False)]
    undone = ops.undone_of_contact(store, NOW, ana, lambda: POLICY)
    assert [row["number"] for row in undone] == [1]


def test_words_are_found_in_the_subject_the_talk_and_the_name(store: Store) -> None:
    named = Profile(email="ana@example.org", given_name="Ana", family_name="Petrović")
    ana = profile.add(store, NOW, named, None)
    opened(store, contact_id=ana, text="Nije bilo vruće")
    opened(store, contact_id=person(store, email="ben@example.org"), subject="Late parcel")

    def found(words: str) -> list[int]:
        return [row["number"] for row in ops.search(store, NOW, words, lambda: POLICY)]

    assert (found("PETROVIC"), found("vruce"), found("parcel"), found("example")) == (
        [1], [1], [2], [2, 1]
    )  # fmt: skip
    assert found("nothing like it") == []


def test_agents_are_counted_with_what_is_late_and_nobodys(store: Store) -> None:
    opened(store, assignee="mira", opened_at=NOW - timedelta(days=7))
    opened(store, contact_id=1)
    opened(store, contact_id=1, assignee="gone")
    rows = ops.agents(store, NOW, ["mira", "jovan"], lambda: POLICY)
    counted = {row["agent"]: (row["open_cases"], row["overdue"]) for row in rows}
    assert counted == {"mira": (1, 1), "jovan": (0, 0), None: (1, 0), "gone": (1, 0)}
    assert [row["agent"] for row in rows][:2] == ["mira", "jovan"]
