"""What is refused before anything is written or sent, and what a run freezes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ecrm_cli.campaigns import ops, planning, runs
from ecrm_cli.campaigns.changes import changes
from ecrm_cli.campaigns.drafts import draft_of
from ecrm_cli.campaigns.model import (
    BrokenTemplate,
    MuchLarger,
    NobodyToMail,
    TooMany,
    WrongCount,
    check_size,
)
from ecrm_cli.campaigns.planning import Plan, Wish
from ecrm_cli.core.app import App
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.core.template import BadTemplate, StoppedTemplate
from ecrm_cli.outbox import ops as outbox
from ecrm_cli.outbox.claiming import outgoing_of
from tests.campaigns.conftest import PAGE, SPRING, Write
from tests.door import NOW, Ecrm

MARK = query("house.mark", """
    UPDATE message SET status = $status WHERE contact_id = $contact_id AND run_id = $run_id
""")  # fmt: skip
MESSAGES = query("house.messages", """
    SELECT contact_id, address, language, status, reason, seq FROM message
    WHERE run_id = $run_id ORDER BY contact_id
""")  # fmt: skip
TABLES = ("outgoing", "message", "campaign_run", "audit_entry")


def planned(app: App, **wish: object) -> Plan:
    with app.reading() as store:
        last = runs.latest(store, "spring")
    wanted = Wish(**wish)  # type: ignore[arg-type]
    return planning.plan(app, draft_of(app, "spring"), wanted, last["run"] if last else None)


def frozen(app: App, **wish: object) -> int:
    plan = planned(app, **wish)
    with app.writing() as store:
        return runs.freeze(store, NOW, plan)


def sent(app: App, run_id: int, *contact_ids: int, status: str = "sent") -> None:
    with app.writing() as store:
        for contact_id in contact_ids:
            store.run(MARK, status=status, contact_id=contact_id, run_id=run_id)


def messages(app: App, run_id: int) -> dict[int, tuple[str, str | None]]:
    with app.reading() as store:
        rows = store.rows(MESSAGES, run_id=run_id)
    return {row["contact_id"]: (row["status"], row["reason"]) for row in rows}


def counts_of(store: Store) -> list[int]:
    return [store.rows(query("house.n", f"SELECT count(*) AS n FROM {name}"))[0]["n"]
            for name in TABLES]  # fmt: skip


def end(app: App, run_id: int) -> None:
    with app.writing() as store:
        outbox.set_state(store, NOW, run_id, "finished")


def test_a_run_freezes_audience_subject_and_template_with_their_reasons(shop_app: App) -> None:
    run_id = frozen(shop_app)
    assert messages(shop_app, run_id) == {
        1: ("queued", None), 2: ("queued", None), 3: ("skipped", "no-consent"), 4: ("queued", None),
    }  # fmt: skip
    with shop_app.reading() as store:
        run = outbox.run(store, run_id)
        kept = runs.latest(store, "spring")
        rows = store.rows(MESSAGES, run_id=run_id)
    assert run["subject"] == "{{ contact.given_name or 'Hello' }}, spring is here"
    assert json.loads(run["html"])["spring.html.j2"] == PAGE
    assert len(run["digest"]) == 64
    assert kept is not None
    assert (kept["audience"], kept["segment"], kept["state"]) == (4, "everybody", "running")
    assert json.loads(kept["rule"])["files"] == {"everybody": "all: []\n"}
    assert [row["seq"] for row in rows] == [1, 2, None, 3]
    assert [row["language"] for row in rows] == ["sr", "en", "en", None]


def test_what_a_run_froze_is_sent_whatever_the_files_say_later(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    run_id = frozen(shop_app)
    write("templates/spring.html.j2", "changed")
    with shop_app.reading() as store:
        assert json.loads(outbox.run(store, run_id)["html"])["spring.html.j2"] == PAGE


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("{% if %}", BadTemplate),
        ("{{ contact.given_name", BadTemplate),
        ("{{ nickname }}", BrokenTemplate),
        ("{% for a in range(9999) %}{% for b in range(99999) %}.{% endfor %}{% endfor %}",
         StoppedTemplate),
        ("{% include 'foot.html.j2' %}", BadTemplate),
    ],
)  # fmt: skip
def test_a_broken_template_is_refused_and_nothing_is_written(
    shop: Ecrm, write: Write, shop_app: App, page: str, error: type[Exception]
) -> None:
    write("templates/spring.html.j2", page)
    write("templates/foot.html.j2", "{% endif %}")
    with shop_app.reading() as store:
        before = counts_of(store)
    with pytest.raises(error):
        frozen(shop_app)
    with shop_app.reading() as store:
        assert counts_of(store) == before


def test_an_undefined_name_in_a_template_is_refused_with_how_many_it_hits(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("templates/spring.html.j2", "a\n{% if contact.tags %}{{ contact.nick }}{% endif %}")
    with pytest.raises(BrokenTemplate) as caught:
        planned(shop_app)
    assert "hits 1 of 3 people, such as ana@example.org" in caught.value.message
    assert (caught.value.place.file, caught.value.place.line) == ("spring.html.j2", 2)
    assert caught.value.code == 3


def test_an_undefined_name_in_a_subject_is_refused(shop: Ecrm, write: Write, shop_app: App) -> None:
    write("campaigns/spring.yaml", SPRING.replace("given_name", "nick"))
    with pytest.raises(BrokenTemplate, match="hits 3 of 3"):
        planned(shop_app)


def test_those_for_whom_the_template_fails_can_be_left_out(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("templates/spring.html.j2", "{% if contact.tags %}{{ contact.nick }}{% endif %}x")
    run_id = frozen(shop_app, skip_broken=True)
    assert messages(shop_app, run_id)[1] == ("skipped", "render-error")
    assert messages(shop_app, run_id)[2] == ("queued", None)


def test_a_run_for_nobody_is_refused_with_the_reasons(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("campaigns/spring.yaml", SPRING.replace("offers", "news"))
    with pytest.raises(NobodyToMail, match="4 who did not agree"):
        planned(shop_app)


@pytest.mark.parametrize(
    ("wanted", "named", "limit", "last", "error"),
    [
        (100, None, None, 0, None),
        (100, 99, None, 0, TooMany),
        (100, 100, None, 0, None),
        (100, None, 99, 0, TooMany),
        (100, 100, 50, 0, None),
        (100, None, None, 2, None),
        (101, None, None, 2, MuchLarger),
        (101, 101, None, 2, None),
        (101, 100, None, 2, TooMany),
    ],
)
def test_a_run_larger_than_anybody_said_is_refused(
    wanted: int, named: int | None, limit: int | None, last: int, error: type[Exception] | None
) -> None:
    if error is None:
        check_size(wanted, named, limit, last)
    else:
        with pytest.raises(error):
            check_size(wanted, named, limit, last)


def test_again_mails_those_whom_no_run_reached_and_doubt_counts_as_reached(
    shop: Ecrm, shop_app: App
) -> None:
    first = frozen(shop_app)
    sent(shop_app, first, 1)
    sent(shop_app, first, 2, status="unknown")
    sent(shop_app, first, 4, status="failed")
    end(shop_app, first)
    shop("consent", "grant", "cara@example.org", "--topic", "offers", "--basis", "consent")
    second = frozen(shop_app, again=True)
    assert messages(shop_app, second) == {
        1: ("skipped", "reached"), 2: ("skipped", "reached"), 3: ("queued", None),
        4: ("queued", None),
    }  # fmt: skip


def test_what_stayed_on_this_machine_reached_nobody_who_is_mailed_through_a_server(
    shop_app: App,
) -> None:
    first = frozen(shop_app)
    sent(shop_app, first, 1, 2, 4)
    draft = draft_of(shop_app, "spring")
    through = replace(draft, whom=replace(draft.whom, transport="smtp"))
    with pytest.raises(NobodyToMail):
        planning.plan(shop_app, draft, Wish(again=True), first)
    assert planning.plan(shop_app, through, Wish(again=True), first).size.wanted == 3


@pytest.mark.parametrize(("said", "error"), [(None, WrongCount), (2, WrongCount), (3, None)])
def test_mailing_everybody_once_more_needs_their_count(
    shop_app: App, said: int | None, error: type[Exception] | None
) -> None:
    first = frozen(shop_app)
    sent(shop_app, first, 1, 2, 4)
    if error is not None:
        with pytest.raises(error, match="--confirm" if said else "3 people"):
            planned(shop_app, again=True, include_sent=True, confirmed=said)
        return
    second = frozen(shop_app, again=True, include_sent=True, confirmed=said)
    assert messages(shop_app, second)[1] == ("queued", None)


def test_a_plan_is_void_when_another_run_began_meanwhile(shop_app: App) -> None:
    one, two = planned(shop_app), planned(shop_app)
    with shop_app.writing() as store:
        runs.freeze(store, NOW, one)
        with pytest.raises(runs.BegunMeanwhile):
            runs.freeze(store, NOW, two)
        assert len(runs.of(store, "spring")) == 1


def test_nothing_changed_is_no_change(shop_app: App) -> None:
    assert not changed_since(shop_app, frozen(shop_app))


def changed_since(app: App, run_id: int) -> tuple[str, ...]:
    with app.reading() as store:
        run = runs.latest(store, "spring")
        assert run is not None
        found = changes(outgoing_of(outbox.run(store, run_id)), run, draft_of(app, "spring"))
    return found.words + found.rule


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("campaigns/spring.yaml", SPRING.replace("spring is", "summer is"), "subject"),
        ("campaigns/spring.yaml", SPRING + "from: Us <us@zrno.example>\n", "from"),
        ("campaigns/spring.yaml", SPRING + "exclude: [vip]\n", "exclude"),
        ("templates/spring.html.j2", PAGE + "more", "templates/spring.html.j2"),
        ("templates/spring.ru.html.j2", "Да", "templates/spring.ru.html.j2"),
        ("segments/everybody.yaml", "country: RS\n", "segments/everybody.yaml"),
    ],
)
def test_a_changed_file_of_an_unfinished_run_is_seen(
    shop: Ecrm, write: Write, shop_app: App, file: str, text: str, what: str
) -> None:
    run_id = frozen(shop_app)
    write(file, text)
    assert what in changed_since(shop_app, run_id)


def apply_changes(app: App, run_id: int) -> None:
    draft = draft_of(app, "spring")
    with app.writing() as store:
        run = runs.latest(store, "spring")
        assert run is not None
        found = changes(outgoing_of(outbox.run(store, run_id)), run, draft)
        runs.change(store, NOW, run_id, draft, found)


def test_new_words_are_for_those_who_have_not_been_sent_the_old_ones(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    run_id = frozen(shop_app)
    sent(shop_app, run_id, 1)
    write("templates/spring.html.j2", "new")
    apply_changes(shop_app, run_id)
    with shop_app.reading() as store:
        assert json.loads(outbox.run(store, run_id)["html"])["spring.html.j2"] == "new"
    assert messages(shop_app, run_id)[1] == ("sent", None)
    assert changed_since(shop_app, run_id) == ()


def test_a_new_rule_takes_out_who_waits_and_brings_in_who_was_left_out(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("campaigns/spring.yaml", SPRING + "exclude: [vip]\n")
    run_id = frozen(shop_app)
    sent(shop_app, run_id, 4)
    assert messages(shop_app, run_id)[1] == ("skipped", "excluded")
    write("campaigns/spring.yaml", SPRING)
    write("segments/everybody.yaml", "country: RS\n")
    apply_changes(shop_app, run_id)
    assert messages(shop_app, run_id) == {
        1: ("queued", None), 2: ("skipped", "excluded"), 3: ("skipped", "excluded"),
        4: ("sent", None),
    }  # fmt: skip
    with shop_app.reading() as store:
        numbers = [row["seq"] for row in store.rows(MESSAGES, run_id=run_id) if row["seq"]]
        status = ops.status(store, shop_app, "spring")
    assert len(numbers) == len(set(numbers))
    assert status["audience"] == 4


def test_a_new_rule_brings_in_people_who_were_not_in_the_segment(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("segments/everybody.yaml", "country: NO\n")
    run_id = frozen(shop_app)
    write("segments/everybody.yaml", "all: []\n")
    apply_changes(shop_app, run_id)
    assert messages(shop_app, run_id) == {
        1: ("queued", None), 2: ("queued", None), 3: ("skipped", "no-consent"), 4: ("queued", None),
    }  # fmt: skip
