"""Addresses that must not be used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ecrm_cli.audit import ops as audit
from ecrm_cli.consent import suppressions
from ecrm_cli.consent.model import NoAddress, NotSuppressed, StillStands, UnknownWord
from ecrm_cli.core.store import Store
from tests.door import NOW
from tests.people import person

ANA = "ana@example.org"


def reasons(store: Store) -> list[str]:
    return [row["reason"] for row in suppressions.listed(store)]


def test_a_suppression_is_listed_with_whose_address_it_is(store: Store) -> None:
    ana = person(store, ANA)
    suppressions.suppress(store, NOW, "email", [ANA, "stranger@example.org"], "manual")
    assert list(suppressions.listed(store)) == [
        {"id": 1, "channel": "email", "address": ANA, "reason": "manual", "contact": ana,
         "actor": "tester", "at": NOW},
        {"id": 2, "channel": "email", "address": "stranger@example.org", "reason": "manual",
         "contact": None, "actor": "tester", "at": NOW},
    ]  # fmt: skip
    assert suppressions.count(store) == 2


def test_the_list_is_whole_over_all_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "PAGE", 2)
    addresses = [f"s{number}@example.org" for number in range(5)]
    suppressions.suppress(store, NOW, "email", addresses, "bounce")
    assert [row["address"] for row in suppressions.listed(store)] == addresses


def test_suppressing_twice_is_said_and_not_written_twice(store: Store) -> None:
    assert suppressions.suppress(store, NOW, "email", [ANA, ANA], "manual") == {
        "suppressed": 1,
        "already": 0,
    }
    entries = audit.last_id(store)
    assert suppressions.suppress(store, NOW, "email", [ANA], "manual") == {
        "suppressed": 0,
        "already": 1,
    }
    assert reasons(store) == ["manual"]
    assert audit.last_id(store) == entries


def test_each_reason_stands_for_itself(store: Store) -> None:
    for reason in ("bounce", "complaint"):
        suppressions.suppress(store, NOW, "email", [ANA], reason)
    assert reasons(store) == ["bounce", "complaint"]


def test_a_bounce_can_be_lifted_and_come_back(store: Store) -> None:
    suppressions.suppress(store, NOW, "email", [ANA], "bounce")
    assert suppressions.unsuppress(store, NOW, "email", ANA) == 1
    assert reasons(store) == []
    suppressions.suppress(store, NOW, "email", [ANA], "bounce")
    assert reasons(store) == ["bounce"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("complaint", "complained"),
        ("unsubscribe", "unsubscribed"),
        ("manual", "by hand"),
    ],
)
def test_anything_but_a_bounce_stays_and_says_why(store: Store, reason: str, words: str) -> None:
    suppressions.suppress(store, NOW, "email", [ANA], "bounce")
    suppressions.suppress(store, NOW, "email", [ANA], reason)
    with pytest.raises(StillStands, match=words) as stands:
        suppressions.unsuppress(store, NOW, "email", ANA)
    assert stands.value.code == 8
    assert "--after-withdrawal" in stands.value.hint
    assert reasons(store) == ["bounce", reason]


def test_an_address_that_nothing_stands_against_is_not_found(store: Store) -> None:
    with pytest.raises(NotSuppressed, match=r"ana@example\.org is not suppressed"):
        suppressions.unsuppress(store, NOW, "email", ANA)


def test_a_channel_has_its_own_suppressions(store: Store) -> None:
    suppressions.suppress(store, NOW, "phone", ["+381641234567"], "bounce")
    with pytest.raises(NotSuppressed):
        suppressions.unsuppress(store, NOW, "email", "+381641234567")


def test_words_that_are_no_reason_or_channel_are_refused(store: Store) -> None:
    with pytest.raises(UnknownWord, match="reason 'spite'"):
        suppressions.suppress(store, NOW, "email", [ANA], "spite")
    with pytest.raises(UnknownWord, match="channel 'pigeon'"):
        suppressions.suppress(store, NOW, "pigeon", [ANA], "manual")


def test_the_audit_names_the_suppression_and_not_the_address(store: Store) -> None:
    suppressions.suppress(store, NOW, "email", [ANA], "bounce")
    suppressions.unsuppress(store, NOW, "email", ANA)
    lifted, added = audit.list_entries(store)
    assert (added["command"], lifted["command"]) == ("consent suppress", "consent unsuppress")
    assert added["payload"]["suppressions"] == [1, 1]
    assert lifted["payload"] == {"suppressions": [1]}
    assert ANA not in str([added, lifted])


def test_a_contact_without_an_address_cannot_be_suppressed(store: Store) -> None:
    nobody = person(store)
    with pytest.raises(NoAddress, match="has no e-mail address") as none:
        suppressions.addresses_of(store, nobody, "email")
    assert "withdraw" in none.value.hint


def test_a_contacts_addresses_are_all_of_the_channel(store: Store) -> None:
    ana = person(store, ANA, "+381641234567")
    assert suppressions.addresses_of(store, ana, "email") == [ANA]
    assert suppressions.addresses_of(store, ana, "phone") == ["+381641234567"]


def test_an_address_is_suppressed_again_though_the_clock_is_set_back(store: Store) -> None:
    suppressions.suppress(store, NOW, "email", [ANA], "bounce")
    suppressions.unsuppress(store, NOW, "email", ANA)
    suppressions.suppress(store, NOW - timedelta(days=1), "email", [ANA], "bounce")
    assert reasons(store) == ["bounce"]
