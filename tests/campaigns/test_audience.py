"""Whom a run is for: each of a segment once, to be written to or left out for one reason."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from ecrm_cli.campaigns import audience, rehearsal, troupe
from ecrm_cli.campaigns.drafts import Draft, draft_of
from ecrm_cli.campaigns.rehearsal import in_batches, rehearse
from ecrm_cli.consent import ops as consent
from ecrm_cli.consent import suppressions
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.app import App
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.core.template import StoppedTemplate
from ecrm_cli.outbox.rendering import Renderer
from tests.campaigns.conftest import SPRING, Write
from tests.door import NOW, Ecrm
from tests.people import people, person

AUDIENCE = query("house.audience", "SELECT contact_id, reason FROM audience ORDER BY contact_id")
SAY = query("house.say", """
    INSERT INTO consent_event (consent_event_id, contact_id, channel, topic, status, source, actor,
                               occurred_at, recorded_at)
    SELECT unnest(range(1, len($whom) + 1)), unnest($whom), 'email', unnest($topics),
           unnest($statuses), 'test', 'tester', $at, $at
""")  # fmt: skip


def reasons(store: Store, draft: Draft, **more: object) -> dict[int, str | None]:
    audience.fill(store, draft.asking, replace(draft.whom, **more))  # type: ignore[arg-type]
    return {row["contact_id"]: row["reason"] for row in store.rows(AUDIENCE)}


def test_each_is_left_out_for_the_first_reason_there_is(shop_app: App) -> None:
    draft = draft_of(shop_app, "spring")
    with shop_app.writing() as store:
        person(store, phone="+381641112233")
        suppressions.suppress(store, NOW, "email", ["dan@example.org"], "bounce")
        assert reasons(store, draft) == {
            1: None, 2: None, 3: "no-consent", 4: "suppressed", 5: "no-address",
        }  # fmt: skip


def test_those_of_another_segment_are_excluded_whatever_they_agreed_to(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("campaigns/spring.yaml", SPRING + "exclude: [vip]\n")
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring")) == {
            1: "excluded", 2: None, 3: "excluded", 4: None,
        }  # fmt: skip


def test_only_the_segments_people_are_in_it(shop: Ecrm, write: Write, shop_app: App) -> None:
    write("campaigns/spring.yaml", SPRING.replace("everybody", "vip"))
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring")) == {1: None, 3: "no-consent"}


def test_a_withdrawn_contact_is_never_in_it(shop: Ecrm, shop_app: App) -> None:
    shop("consent", "withdraw", "ana@example.org", "--topic", "all")
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring"))[1] == "no-consent"


SAID = [
    (topic, status)
    for topic in ("offers", "news", "all")
    for status in ("granted", "withdrawn", "pending")
    # Nobody can agree to all.
    if (topic, status) != ("all", "granted")
]
STORIES = [story for length in range(3) for story in product(SAID, repeat=length)]
STOPS: list[str | None] = [None, "bounce", "complaint"]


def test_many_are_answered_as_each_alone_is(store: Store) -> None:
    lives = list(product(STORIES, STOPS))
    ids = [*people(store, len(lives)), person(store)]
    said = [
        (contact_id, topic, status)
        for contact_id, (story, _stop) in zip(ids, lives, strict=False)
        for topic, status in story
    ]
    whom, topics, statuses = (list(column) for column in zip(*said, strict=True))
    store.run(SAY, whom=whom, topics=topics, statuses=statuses, at=NOW)
    for reason in filter(None, STOPS):
        stopped = [
            f"p{contact_id}@example.org"
            for contact_id, (_story, stop) in zip(ids, lives, strict=False)
            if stop == reason
        ]
        suppressions.suppress(store, NOW, "email", stopped, reason)
    contacts.choose(store, ids)
    consent.answer_chosen(store, "email", "offers")
    found = store.rows(query("house.answers", "FROM contact_answer ORDER BY contact_id"))
    alone = [consent.may_contact(store, one, "email", "offers") for one in ids]
    assert [row["reason"] for row in found] == [answer.reason or None for answer in alone]
    assert {row["reason"] for row in found} == {None, "no-consent", "suppressed", "no-address"}


def test_a_broken_template_is_told_with_how_many_it_hits(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    write("templates/spring.html.j2", "{% if contact.given_name %}{{ contact.nick }}{% endif %}")
    draft = draft_of(shop_app, "spring")
    with shop_app.reading() as store:
        size = audience.fill(store, draft.asking, draft.whom)
        people = audience.wanted(store)
    found = rehearse(shop_app, Renderer(draft.outgoing, draft.terms), people)
    assert size.wanted == 3
    (breakage,) = found
    assert breakage.contact_ids == [1, 2]
    assert breakage.examples == ["ana@example.org", "ben@example.org"]
    assert "no name 'nick'" in breakage.error.message


def test_a_template_without_an_end_is_not_rendered_for_everybody(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    write("templates/spring.html.j2", loop)
    draft = draft_of(shop_app, "spring")
    with shop_app.reading() as store:
        audience.fill(store, draft.asking, draft.whom)
        people = audience.wanted(store)
    with pytest.raises(StoppedTemplate):
        rehearse(shop_app, Renderer(draft.outgoing, draft.terms), people)


def test_nobody_is_kept_from_the_book_while_messages_are_rehearsed(
    shop_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(shop_app, "spring")
    with shop_app.reading() as store:
        audience.fill(store, draft.asking, draft.whom)
        people = audience.wanted(store)
    monkeypatch.setattr(rehearsal, "BATCH", 1)
    impatient = replace(shop_app, wait=0.0)
    met = []
    for batch in in_batches(shop_app, people):
        with impatient.writing() as store:
            contacts.choose(store, [one.contact["id"] for one in batch])
        met += [one.address for one in batch]
    assert len(met) == 3


def test_who_is_gone_when_their_turn_comes_is_left_out(
    shop_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "BATCH", 1)
    met = [one.address for batch in in_batches(shop_app, [1, 77, 2]) for one in batch]
    assert met == ["ana@example.org", "ben@example.org"]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make three people as many as are rehearsed by several processes."""
    monkeypatch.setattr(rehearsal, "ALONE", 1)
    monkeypatch.setattr(rehearsal, "BATCH", 1)


@pytest.mark.usefixtures("many")
def test_several_processes_find_what_one_would(shop: Ecrm, write: Write, shop_app: App) -> None:
    page = "{% if contact.family_name %}{{ contact.nick }}{% else %}{{ nickname }}{% endif %}"
    write("templates/spring.html.j2", page)
    draft = draft_of(shop_app, "spring")
    found = rehearse(shop_app, Renderer(draft.outgoing, draft.terms), [1, 2, 4])
    assert [(one.contact_ids, one.examples) for one in found] == [
        ([1, 2], ["ana@example.org", "ben@example.org"]), ([4], ["dan@example.org"]),
    ]  # fmt: skip
    assert "no name 'nick'" in found[0].error.message
    assert "no name 'nickname'" in found[1].error.message


@pytest.mark.usefixtures("many")
def test_several_processes_stop_a_template_without_an_end(
    shop: Ecrm, write: Write, shop_app: App
) -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    write("templates/spring.html.j2", "{% if not contact.family_name %}" + loop + "{% endif %}")
    draft = draft_of(shop_app, "spring")
    with pytest.raises(StoppedTemplate):
        rehearse(shop_app, Renderer(draft.outgoing, draft.terms), [1, 2, 4])


@pytest.mark.usefixtures("many")
def test_a_process_that_dies_is_done_without(
    shop: Ecrm, write: Write, shop_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(troupe, "MODULE", "ecrm_cli.no_such_module")
    write("templates/spring.html.j2", "{{ contact.nick }}")
    draft = draft_of(shop_app, "spring")
    (found,) = rehearse(shop_app, Renderer(draft.outgoing, draft.terms), [1, 2, 4])
    assert found.contact_ids == [1, 2, 4]
