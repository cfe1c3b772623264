"""``ecrm consent`` at the front door."""

from __future__ import annotations

import pytest

from tests.door import Ecrm

GRANT = ("--topic", "offers", "--basis", "consent")


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A workspace with Ana and Ben."""
    for name in ("ana", "ben"):
        assert ecrm("contact", "add", "--email", f"{name}@example.org").code == 0
    return ecrm


def granted(shop: Ecrm, *words: str, stdin: str = "") -> dict[str, int]:
    answer = shop("consent", "grant", *words, *GRANT, "--json", stdin=stdin)
    assert answer.code in (0, 6), answer.stderr
    counts = ("granted", "already", "withdrawn", "suppressed", "unknown")
    return {name: answer.json[name] for name in counts if answer.json[name]}


def test_a_grant_is_counted_in_words_and_as_data(shop: Ecrm) -> None:
    answer = shop("consent", "grant", "ana@example.org", *GRANT, "--source", "shop form")
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout == "Granted offers by email.\n  granted          1\n"
    assert shop("consent", "grant", "ana@example.org", *GRANT, "--json").json == {
        "topic": "offers", "channel": "email", "dry_run": False, "granted": 0, "already": 1,
        "withdrawn": 0, "suppressed": 0, "unknown": 0,
    }  # fmt: skip


def test_a_dry_run_says_would_and_writes_nothing(shop: Ecrm) -> None:
    said = shop("consent", "grant", "ana@example.org", "ben@example.org", *GRANT, "-n").stdout
    assert said.startswith("Would grant offers by email.\n  granted          2\n")
    assert granted(shop, "ana@example.org", "ben@example.org") == {"granted": 2}


def test_a_list_is_read_from_a_pipe_and_unknown_names_are_said(shop: Ecrm) -> None:
    names = "ana@example.org\nzoe@example.org\n\n"
    answer = shop("consent", "grant", "-", *GRANT, "--json", stdin=names)
    assert answer.code == 6
    assert (answer.json["granted"], answer.json["unknown"]) == (1, 1)
    assert answer.error["matches"] == ["zoe@example.org"]


def test_a_name_on_the_line_must_be_known(shop: Ecrm) -> None:
    answer = shop("consent", "grant", "ana@example.org", "zoe@example.org", *GRANT)
    assert answer.code == 4
    assert "zoe@example.org" in answer.stderr
    assert granted(shop, "ana@example.org") == {"granted": 1}


def test_a_segment_is_granted_without_those_who_said_no(shop: Ecrm) -> None:
    (shop.folder / "segments" / "everybody.yaml").write_text("all: []\n")
    assert shop("consent", "withdraw", "ana@example.org", "--topic", "all").code == 0
    assert granted(shop, "--segment", "everybody") == {"granted": 1, "withdrawn": 1}


def test_an_import_is_granted_by_its_number(shop: Ecrm) -> None:
    (shop.folder / "new.csv").write_text("email\nmila@example.org\nana@example.org\n")
    assert shop("import", "contacts", "new.csv").code == 0
    assert granted(shop, "--batch", "I-1") == {"granted": 1}
    missing = shop("consent", "grant", "--batch", "I-7", *GRANT)
    assert (missing.code, "I-7" in missing.stderr) == (4, True)


@pytest.mark.parametrize("whom", [(), ("ana@example.org", "--segment", "active")])
def test_who_is_meant_is_said_in_one_way(shop: Ecrm, whom: tuple[str, ...]) -> None:
    answer = shop("consent", "grant", *whom, *GRANT)
    assert answer.code == 2
    assert "in one way" in answer.stderr


def test_a_no_is_lifted_by_their_own_later_grant_only(shop: Ecrm) -> None:
    shop("consent", "withdraw", "ana@example.org", "--topic", "offers")
    refused = shop("consent", "grant", "ana@example.org", *GRANT)
    assert refused.code == 8
    assert "withdrew from offers" in refused.stderr
    assert "--after-withdrawal" in refused.stderr
    again = ("consent", "grant", "ana@example.org", *GRANT, "--after-withdrawal")
    assert shop(*again).code == 8
    assert shop(*again, "--evidence", "signed form").code == 0
    assert shop("consent", "explain", "ana@example.org", "--topic", "offers", "--json").json["may"]


def test_nobody_is_brought_back_in_bulk(shop: Ecrm) -> None:
    for whom in (("-",), ("ana@example.org", "ben@example.org"), ("--segment", "active")):
        words = ("--after-withdrawal", "--evidence", "list", *GRANT)
        answer = shop("consent", "grant", *whom, *words, stdin="ana@example.org\n")
        assert answer.code == 2
        assert "one contact" in answer.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--topic", "ofers", "--basis", "consent"), 4, "offers"),
        (("--topic", "offers", "--basis", "magic"), 2, "soft_opt_in"),
        (("--topic", "all", "--basis", "consent"), 2, "one topic"),
        (("--basis", "consent"), 8, "--topic"),
        (("--topic", "offers"), 8, "--basis"),
        ((*GRANT, "--channel", "pigeon"), 2, "email, phone"),
        ((*GRANT, "--at", "2027-01-01"), 3, "still to come"),
        ((*GRANT, "--at", "soon"), 2, "2026-03-01"),
    ],
)
def test_a_wrong_word_is_named_with_what_to_do(
    shop: Ecrm, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = shop("consent", "grant", "ana@example.org", *words)
    assert (answer.code, answer.stdout) == (code, "")
    assert said in answer.stderr


def test_a_grant_of_a_past_day_keeps_that_day(shop: Ecrm) -> None:
    shop("consent", "grant", "ana@example.org", *GRANT, "--at", "2026-03-01")
    (row,) = shop("consent", "show", "ana@example.org", "--json").json["consent"]
    assert row == {
        "channel": "email", "topic": "offers", "status": "granted", "basis": "consent",
        "at": "2026-03-01T00:00:00Z",
    }  # fmt: skip


def test_consent_is_shown_with_the_answer_for_each_topic(shop: Ecrm) -> None:
    granted(shop, "ana@example.org")
    shop("consent", "suppress", "ana@example.org", "--reason", "bounce")
    said = shop("consent", "show", "ana@example.org").stdout
    assert "email offers: granted (consent)" in said
    assert "ana@example.org is suppressed (bounce)" in said
    assert "offers       no: suppressed" in said


def test_a_withdrawal_is_counted(shop: Ecrm) -> None:
    first = shop("consent", "withdraw", "-", "--topic", "all", "--json", stdin="1\n2\n")
    assert {name: first.json[name] for name in ("withdrawn", "already", "unknown")} == {
        "withdrawn": 2,
        "already": 0,
        "unknown": 0,
    }
    again = shop("consent", "withdraw", "ana@example.org", "--topic", "news")
    assert again.stdout == (
        "Withdrew news by email.\n  withdrawn        0\n  already          1  had said so before\n"
    )


def test_an_explanation_names_each_rule(shop: Ecrm) -> None:
    said = shop("consent", "explain", "ana@example.org", "--topic", "offers").stdout
    assert said.splitlines() == [
        "P-1 may not be written to about offers by email: no-consent.",
        "  yes  address      ana@example.org",
        "  yes  suppression  nothing stands against them",
        "  no   consent      never asked",
    ]


def test_addresses_are_suppressed_and_listed(shop: Ecrm) -> None:
    done = shop("consent", "suppress", "stranger@example.org", "P-1", "--json")
    assert done.json == {"reason": "manual", "dry_run": False, "suppressed": 2, "already": 0}
    rows = shop("consent", "suppressions", "--json").json
    assert [(row["address"], row["contact"]) for row in rows] == [
        ("ana@example.org", 1),
        ("stranger@example.org", None),
    ]
    assert list(rows[0]) == ["id", "channel", "address", "reason", "contact", "actor", "at"]


@pytest.mark.parametrize("words", [("+381 64 123 4567",), ("064/123-4567", "--channel", "phone")])
def test_a_phone_number_is_suppressed_as_one(shop: Ecrm, words: tuple[str, ...]) -> None:
    shop("config", "set", "business.country", "RS")
    shop("consent", "suppress", *words)
    (row,) = shop("consent", "suppressions", "--json").json
    assert (row["channel"], row["address"]) == ("phone", "+381641234567")


def test_a_dry_run_of_a_suppression_counts_and_writes_nothing(shop: Ecrm) -> None:
    shop("consent", "suppress", "ana@example.org")
    names = "ana@example.org\nzoe@example.org\nzoe@example.org\n"
    done = shop("consent", "suppress", "-", "-n", "--json", stdin=names)
    assert done.json == {"reason": "manual", "dry_run": True, "suppressed": 1, "already": 1}
    assert len(shop("consent", "suppressions", "--json").json) == 1


def test_suppressions_come_from_a_pipe(shop: Ecrm) -> None:
    done = shop("consent", "suppress", "-", "--json", stdin="a@example.org\nb@example.org\n")
    assert done.json["suppressed"] == 2


def test_a_wrong_address_suppresses_nothing(shop: Ecrm) -> None:
    done = shop("consent", "suppress", "a@example.org", "not@an@address")
    assert done.code == 3
    assert shop("consent", "suppressions", "--json").json == []


def test_only_a_bounce_is_lifted(shop: Ecrm) -> None:
    assert shop("consent", "unsuppress", "ana@example.org").code == 4
    shop("consent", "suppress", "ana@example.org", "--reason", "bounce")
    lifted = shop("consent", "unsuppress", "ana@example.org")
    assert lifted.stdout == "ana@example.org is no longer suppressed.\n"
    shop("consent", "suppress", "ana@example.org", "--reason", "complaint")
    refused = shop("consent", "unsuppress", "P-1")
    assert refused.code == 8
    assert "complained" in refused.stderr


def test_topics_are_counted(shop: Ecrm) -> None:
    granted(shop, "ana@example.org")
    rows = shop("consent", "topics", "--json").json
    assert [row["topic"] for row in rows] == ["offers", "news", "birthday", "surveys"]
    assert rows[0] == {
        "topic": "offers", "channel": "email", "may": 1, "no_address": 0, "suppressed": 0,
        "no_consent": 1,
    }  # fmt: skip
