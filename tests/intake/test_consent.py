"""Consent that comes with a file: only when asked for, never over a no."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ecrm_cli.consent import grants, ops, suppressions
from ecrm_cli.consent.model import Withdrawal
from ecrm_cli.contacts.ops import choose
from ecrm_cli.core.errors import EcrmError, NotFound, UsageError
from ecrm_cli.intake.agreement import HalfAgreement, agreement_of
from ecrm_cli.intake.ops import Summary
from tests.desk import Desk, consent, csv_of
from tests.door import NOW
from tests.people import people, person

TOPICS = ("offers", "news")
FIVE = csv_of("email", *(f"p{number}@example.org" for number in range(1, 6)))


def said(done: Summary) -> dict[str, int]:
    """Return the outcomes that are not nothing."""
    return {word: count for word, count in (done.consent or {}).items() if count}


def test_an_import_alone_grants_nothing(desk: Desk) -> None:
    done = desk.contacts(csv_of("email,consent", "ana@example.org,yes"))
    assert (done.consent, done.mailable) == (None, ())
    assert desk.rows("FROM consent_event") == []


def test_an_import_records_what_its_people_agreed_to(desk: Desk) -> None:
    done = desk.contacts(FIVE, agreement=consent())
    assert said(done) == {"granted": 5}
    rows = desk.rows("FROM consent_event")
    assert {(row["channel"], row["topic"], row["status"], row["basis"]) for row in rows} == {
        ("email", "offers", "granted", "consent")
    }
    assert {(row["source"], row["batch_id"], row["actor"]) for row in rows} == {
        ("file", done.batch, "tester")
    }
    (told,) = done.mailable
    assert (told["topic"], told["may"], told["no_consent"]) == ("offers", 5, 0)


def test_who_withdrew_or_is_suppressed_stays_so(desk: Desk) -> None:
    store = desk.store
    ids = people(store, 4)
    for contact_id, topic in ((ids[0], "all"), (ids[1], "offers"), (ids[2], "news")):
        choose(store, [contact_id])
        grants.withdraw(store, NOW, Withdrawal("email", topic, "phone", NOW))
    suppressions.suppress(store, NOW, "email", ["p4@example.org"], "complaint")
    desk.now = NOW + timedelta(days=1)
    done = desk.contacts(FIVE, agreement=consent())
    assert said(done) == {"granted": 2, "withdrawn": 2, "suppressed": 1}
    may = [ops.may_contact(store, contact_id, "email", "offers").may for contact_id in (*ids, 5)]
    assert may == [False, False, True, False, True]


def test_a_second_import_grants_nothing_twice(desk: Desk) -> None:
    desk.contacts(FIVE, agreement=consent())
    done = desk.contacts(FIVE + "p6@example.org\n", agreement=consent())
    assert said(done) == {"already": 5, "granted": 1}
    assert len(desk.rows("FROM consent_event")) == 6


def test_a_withdrawal_between_two_imports_holds(desk: Desk) -> None:
    desk.contacts(FIVE, agreement=consent())
    choose(desk.store, [1])
    grants.withdraw(desk.store, NOW, Withdrawal("email", "offers", "phone", NOW))
    desk.now = NOW + timedelta(days=1)
    done = desk.contacts(FIVE, agreement=consent(), again=True)
    assert said(done) == {"already": 4, "withdrawn": 1}
    assert not ops.may_contact(desk.store, 1, "email", "offers").may


@pytest.mark.parametrize("word", ["yes", "Y", "TRUE", "1", "subscribed", "Active", "enabled", ""])
def test_a_yes_or_nothing_in_the_file_is_granted(desk: Desk, word: str) -> None:
    done = desk.contacts(csv_of("email,consent", f"ana@example.org,{word}"), agreement=consent())
    assert said(done) == {"granted": 1}


@pytest.mark.parametrize("word", ["no", "FALSE", "0", "unsubscribed", "maybe", "нет", "disabled"])
def test_what_is_no_clear_yes_is_never_granted(desk: Desk, word: str) -> None:
    done = desk.contacts(csv_of("email,consent", f"ana@example.org,{word}"), agreement=consent())
    assert said(done) == {"said_no": 1}
    assert desk.rows("FROM consent_event") == []


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("Unsubscribed", "yes"), ("Unsubscribed at", "2024-05-01 10:00"),
        ("Status", "Unsubscribed"),
        ("Status", "bounced"), ("Opted out", "true"), ("Status", "blocklisted"),
        ("do not email", "1"),
    ],
)  # fmt: skip
def test_a_column_of_refusals_is_heard(desk: Desk, heading: str, word: str) -> None:
    done = desk.contacts(
        csv_of(f"email,{heading}", f"ana@example.org,{word}", "ben@example.org,"),
        agreement=consent(),
    )
    assert said(done) == {"granted": 1, "said_no": 1}
    assert not ops.may_contact(desk.store, 1, "email", "offers").may
    assert ops.may_contact(desk.store, 2, "email", "offers").may


@pytest.mark.parametrize(("heading", "word"), [("Status", "gold"), ("Unsubscribed", "no")])
def test_a_column_that_refuses_nothing_is_no_refusal(desk: Desk, heading: str, word: str) -> None:
    done = desk.contacts(csv_of(f"email,{heading}", f"ana@example.org,{word}"), agreement=consent())
    assert said(done) == {"granted": 1}


def test_one_no_among_several_lines_of_a_person_is_a_no(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("email,consent", "ana@example.org,yes", "ana@example.org,no", "ben@example.org,yes"),
        agreement=consent(),
    )
    assert said(done) == {"granted": 1, "said_no": 1}
    assert not ops.may_contact(desk.store, 1, "email", "offers").may


@pytest.mark.parametrize("status", ["blocklisted", "disabled", "enabled"])
def test_the_status_of_a_listmonk_subscriber_is_heard(desk: Desk, status: str) -> None:
    header = "uuid,email,name,attributes,status,created_at,updated_at"
    row = f"u1,ana@example.org,Ana,{{}},{status},2024-01-01T00:00:00Z,2024-01-01T00:00:00Z"
    done = desk.contacts(csv_of(header, row), agreement=consent())
    assert said(done) == ({"granted": 1} if status == "enabled" else {"said_no": 1})


def test_a_rejected_line_grants_nothing(desk: Desk) -> None:
    done = desk.contacts(csv_of("email", "ana@", "ben@example.org"), agreement=consent())
    assert said(done) == {"granted": 1}
    assert done.rejected == 1


def test_the_summary_says_how_many_may_be_mailed_and_why_the_others_not(desk: Desk) -> None:
    person(desk.store, "before@example.org")
    suppressions.suppress(desk.store, NOW, "email", ["p1@example.org"], "bounce")
    done = desk.contacts(
        FIVE.replace("email", "email,phone").replace("\np5@example.org", "\n,+381641234567")
        .replace(".org\n", ".org,\n"),
        agreement=consent(),
    )  # fmt: skip
    (told,) = done.mailable
    assert {key: told[key] for key in ("may", "no_consent", "no_address", "suppressed")} == {
        "may": 3, "no_consent": 1, "no_address": 1, "suppressed": 1
    }  # fmt: skip


def test_a_topic_and_a_basis_go_together() -> None:
    assert agreement_of(None, None, TOPICS) is None
    assert agreement_of("offers", "consent", TOPICS) == consent()
    for topic, basis in (("offers", None), (None, "consent"), ("offers", ""), ("", "consent")):
        with pytest.raises(HalfAgreement):
            agreement_of(topic, basis, TOPICS)
    with pytest.raises(NotFound, match="There is no topic 'ofers'") as caught:
        agreement_of("ofers", "consent", TOPICS)
    assert caught.value.matches == ["offers"]


@pytest.mark.parametrize(("topic", "basis"), [("offers", "hope"), ("all", "consent")])
def test_an_agreement_that_cannot_be_is_refused_and_nothing_comes_in(
    desk: Desk, topic: str, basis: str
) -> None:
    with pytest.raises(UsageError) as caught:
        desk.contacts(FIVE, agreement=consent(topic, basis))
    assert isinstance(caught.value, EcrmError)
    assert desk.rows("FROM contact") == desk.rows("FROM import_batch") == []
