"""May we write to them: the single answer, and its twin over everybody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ecrm_cli.consent import grants, ops, suppressions
from ecrm_cli.consent.model import Answer, Grant, Withdrawal
from ecrm_cli.contacts.model import Profile
from ecrm_cli.contacts.ops import choose
from ecrm_cli.contacts.profile import edit
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from tests.people import people, person

DAY = timedelta(days=1)


def granted(store: Store, now: datetime, contact_id: int, topic: str = "offers") -> None:
    choose(store, [contact_id])
    counts = grants.grant(store, now, Grant("email", topic, "consent", "form", now))
    assert counts["granted"] == 1


def withdrawn(store: Store, now: datetime, contact_id: int, topic: str = "offers") -> None:
    choose(store, [contact_id])
    counts = grants.withdraw(store, now, Withdrawal("email", topic, "mail", now))
    assert counts["withdrawn"] == 1


def answer(store: Store, contact_id: int, topic: str = "offers") -> Answer:
    return ops.may_contact(store, contact_id, "email", topic)


def test_nobody_may_be_written_to_before_they_agreed(store: Store) -> None:
    assert answer(store, person(store, "ana@example.org")) == Answer(False, "no-consent")


def test_who_agreed_may_be_written_to_about_that_and_nothing_else(
    store: Store, now: datetime
) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now, ana)
    assert answer(store, ana) == Answer(True)
    assert answer(store, ana, "news") == Answer(False, "no-consent")
    assert ops.may_contact(store, ana, "phone", "offers") == Answer(False, "no-address")


def test_a_withdrawal_ends_its_topic_only(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now - 2 * DAY, ana)
    granted(store, now - 2 * DAY, ana, "news")
    withdrawn(store, now - DAY, ana)
    assert answer(store, ana) == Answer(False, "no-consent")
    assert answer(store, ana, "news") == Answer(True)


def test_a_withdrawal_of_all_ends_every_topic(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now - 2 * DAY, ana)
    withdrawn(store, now - DAY, ana, "all")
    assert answer(store, ana) == Answer(False, "no-consent")
    assert ops.state(store, ana) == [
        {"channel": "email", "topic": "offers", "status": "withdrawn", "basis": None,
         "at": now - DAY},
        {"channel": "email", "topic": "all", "status": "withdrawn", "basis": None,
         "at": now - DAY},
    ]  # fmt: skip


def test_of_two_words_at_one_moment_the_later_written_counts(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now, ana)
    withdrawn(store, now, ana, "all")
    assert answer(store, ana) == Answer(False, "no-consent")


def test_the_last_word_is_the_last_said_not_the_last_written(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now, ana)
    choose(store, [ana])
    grants.withdraw(store, now, Withdrawal("email", "offers", "old list", now - DAY))
    assert answer(store, ana) == Answer(True)


def test_the_state_names_the_ground_and_the_day(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now - DAY, ana)
    assert ops.state(store, ana) == [
        {"channel": "email", "topic": "offers", "status": "granted", "basis": "consent",
         "at": now - DAY}
    ]  # fmt: skip


def test_without_an_address_there_is_no_writing(store: Store, now: datetime) -> None:
    nobody = person(store)
    granted(store, now, nobody)
    assert answer(store, nobody) == Answer(False, "no-address")


@pytest.mark.parametrize("reason", ["bounce", "complaint", "unsubscribe", "manual"])
def test_a_suppressed_address_is_not_used(store: Store, now: datetime, reason: str) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now, ana)
    suppressions.suppress(store, now, "email", ["ana@example.org"], reason)
    assert answer(store, ana) == Answer(False, "suppressed")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("bounce", Answer(True)),
        ("manual", Answer(True)),
        ("complaint", Answer(False, "suppressed")),
        ("unsubscribe", Answer(False, "suppressed")),
    ],
)
def test_a_persons_own_no_follows_them_to_another_address(
    store: Store, now: datetime, reason: str, expected: Answer
) -> None:
    ana = person(store, "old@example.org")
    granted(store, now, ana)
    suppressions.suppress(store, now, "email", ["old@example.org"], reason)
    store.run(query("test.keep", "UPDATE identity SET is_primary = false"))
    store.run(
        "contacts.add_identity",
        identity_id=99,
        contact_id=ana,
        kind="email",
        value="new@example.org",
        raw=None,
        now=now,
    )
    assert answer(store, ana) == expected


def test_consent_for_mail_is_none_for_calls(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org", "+381641234567")
    granted(store, now, ana)
    assert ops.may_contact(store, ana, "phone", "offers") == Answer(False, "no-consent")
    choose(store, [ana])
    grants.grant(store, now, Grant("phone", "offers", "consent", "form", now))
    withdrawn(store, now, ana, "all")
    assert ops.may_contact(store, ana, "phone", "offers") == Answer(True)
    assert answer(store, ana) == Answer(False, "no-consent")


def test_the_counts_add_up_to_everybody(store: Store, now: datetime) -> None:
    ids = people(store, 6)
    nobody = person(store)
    choose(store, [*ids[:4], nobody])
    grants.grant(store, now, Grant("email", "offers", "consent", "form", now))
    suppressions.suppress(store, now, "email", ["p1@example.org"], "bounce")
    withdrawn(store, now, ids[1], "all")
    offers, news = ops.mailable_counts(store, "email", ["offers", "news"])
    assert offers == {"topic": "offers", "channel": "email", "may": 2, "no_address": 1,
                      "suppressed": 1, "no_consent": 3}  # fmt: skip
    assert news == {**offers, "topic": "news", "may": 0, "no_consent": 5}


def test_a_topic_that_is_no_longer_configured_is_still_counted(store: Store, now: datetime) -> None:
    granted(store, now, person(store, "ana@example.org"), "tastings")
    rows = ops.mailable_counts(store, "email", ["offers"])
    assert [(row["topic"], row["may"]) for row in rows] == [("offers", 0), ("tastings", 1)]


def test_an_empty_book_may_write_to_nobody(store: Store) -> None:
    (row,) = ops.mailable_counts(store, "email", ["offers"])
    assert (row["may"], row["no_address"], row["suppressed"], row["no_consent"]) == (0, 0, 0, 0)


WORDS = some.lists(
    some.tuples(
        some.integers(1, 3),
        some.sampled_from(["granted", "withdrawn", "pending"]),
        some.sampled_from(["offers", "news", "all"]),
        some.integers(0, 3),
    ).filter(lambda word: (word[1], word[2]) != ("granted", "all")),
    max_size=12,
)


@pytest.fixture
def three(store: Store) -> list[int]:
    """Three people of whom nothing is known but their addresses."""
    return people(store, 3)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=WORDS, bounced=some.sets(some.integers(1, 3)))
def test_the_counts_and_the_single_answer_agree(
    store: Store,
    now: datetime,
    three: list[int],
    words: list[tuple[int, str, str, int]],
    bounced: set[int],
) -> None:
    ids = three
    for table in ("consent_event", "suppression"):
        store.run(query("test.empty", f"DELETE FROM {table}"))
    for number, (who, status, topic, day) in enumerate(words):
        store.run(
            "consent.add_event",
            last_id=number,
            contact_id=ids[who - 1],
            channel="email",
            topic=topic,
            status=status,
            basis=None,
            source="test",
            wording=None,
            evidence=None,
            actor="tester",
            occurred_at=now + day * DAY,
            now=now,
            batch_id=None,
        )
    suppressions.suppress(store, now, "email", [f"p{who}@example.org" for who in bounced], "bounce")
    for row in ops.mailable_counts(store, "email", ["offers", "news"]):
        single = [answer(store, contact_id, row["topic"]) for contact_id in ids]
        assert row["may"] == sum(each.may for each in single)
        for reason in ("no-address", "suppressed", "no-consent"):
            expected = sum(each.reason == reason for each in single)
            assert row[reason.replace("-", "_")] == expected


def test_each_rule_is_explained_with_the_fact_behind_it(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now - DAY, ana)
    suppressions.suppress(store, now, "email", ["ana@example.org"], "bounce")
    told = ops.explain(store, ana, "email", "offers")
    assert (told["may"], told["reason"]) == (False, "suppressed")
    address, suppression, consent = told["rules"]
    assert (address["rule"], address["holds"]) == ("address", True)
    assert address["fact"] == {"address": "ana@example.org"}
    assert (suppression["rule"], suppression["holds"]) == ("suppression", False)
    assert suppression["fact"]["reason"] == "bounce"
    assert (consent["rule"], consent["holds"]) == ("consent", True)
    assert consent["fact"]["occurred_at"] == now - DAY
    assert consent["fact"]["source"] == "form"


def test_what_is_missing_is_explained_as_missing(store: Store) -> None:
    told = ops.explain(store, person(store), "email", "offers")
    assert [(rule["rule"], rule["holds"], rule["fact"]) for rule in told["rules"]] == [
        ("address", False, None),
        ("suppression", True, None),
        ("consent", False, None),
    ]


def test_a_withdrawal_of_all_is_the_fact_behind_a_topics_no(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now - DAY, ana)
    withdrawn(store, now, ana, "all")
    consent = ops.explain(store, ana, "email", "offers")["rules"][2]
    assert (consent["holds"], consent["fact"]["topic"]) == (False, "all")


def test_the_timeline_tells_words_and_suppressions(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now - DAY, ana)
    withdrawn(store, now, ana, "all")
    suppressions.suppress(store, now, "email", ["ana@example.org"], "bounce")
    suppressions.unsuppress(store, now, "email", "ana@example.org")
    told = ops.timeline(store, ana)
    assert sorted(row["what"] for row in told) == [
        "granted", "suppressed", "unsuppressed", "withdrawn",
    ]  # fmt: skip
    assert {row["room"] for row in told} == {"consent"}
    assert "offers, email, consent" in {row["detail"] for row in told}


def test_a_changed_address_leaves_the_grant_with_the_person(store: Store, now: datetime) -> None:
    ana = person(store, "ana@example.org")
    granted(store, now, ana)
    edit(store, now, ana, Profile(email="ana.new@example.org"), None)
    assert answer(store, ana) == Answer(True)
