"""A run that has not ended: paused, gone on with, changed, cancelled; those in doubt."""

from __future__ import annotations

import pytest

from ecrm_cli.campaigns import runs
from ecrm_cli.core.app import App
from ecrm_cli.core.queries import query
from tests.campaigns.conftest import PAGE, SPRING, Write, app_of, mail_in
from tests.campaigns.test_planning import planned, sent
from tests.door import NOW, Ecrm
from tests.smtpserver import Receiver, receiving

DOUBT = query("house.doubt", """
    UPDATE message SET status = 'unknown', reason = 'no-answer', claimed_at = $now
    WHERE run_id = $run_id AND contact_id IN (1, 2)
""")  # fmt: skip


@pytest.fixture
def begun(shop: Ecrm, shop_app: App) -> Ecrm:
    """The shop with a run of spring that was frozen and has sent to Ana only."""
    plan = planned(shop_app)
    with shop_app.writing() as store:
        run_id = runs.freeze(store, NOW, plan)
    sent(shop_app, run_id, 1)
    return shop


def status(shop: Ecrm) -> dict[str, object]:
    return dict(shop("campaign", "status", "spring", "--json").json)


def test_send_goes_on_with_a_run_that_has_not_ended(begun: Ecrm) -> None:
    answer = begun("campaign", "send", "spring", "--yes")
    assert answer.code == 0, answer.stderr
    assert (status(begun)["run"], status(begun)["sent"]) == (1, 3)
    assert len(mail_in(begun)) == 2


def test_a_paused_run_is_gone_on_with(begun: Ecrm) -> None:
    paused = begun("campaign", "pause", "spring", "--json")
    assert (paused.code, paused.json["state"], paused.json["queued"]) == (0, "paused", 2)
    assert begun("campaign", "pause", "spring").code == 0
    resumed = begun("campaign", "resume", "spring", "--yes", "--json")
    assert (resumed.code, resumed.json["state"]) == (0, "finished")
    assert len(mail_in(begun)) == 2


def test_going_on_without_a_terminal_needs_yes(begun: Ecrm) -> None:
    assert begun("campaign", "resume", "spring").code == 8
    assert begun("campaign", "cancel", "spring").code == 8
    assert status(begun)["queued"] == 2


def test_a_cancelled_run_leaves_who_waits_and_is_over(begun: Ecrm) -> None:
    cancelled = begun("campaign", "cancel", "spring", "--yes", "--json")
    assert (cancelled.json["state"], cancelled.json["sent"]) == ("cancelled", 1)
    assert cancelled.json["reasons"] == {"cancelled": 2, "no-consent": 1}
    for verb in ("send", "resume"):
        over = begun("campaign", verb, "spring", "--yes")
        assert over.code == 5
        assert "was cancelled on 2026-11-20 09:00 (1 sent)" in over.stderr
    assert begun("campaign", "pause", "spring").code == 5
    again = begun("campaign", "send", "spring", "--again", "--yes", "--json")
    assert (again.json["run"], again.json["sent"], again.json["reasons"]["reached"]) == (2, 2, 1)


def test_a_new_run_waits_for_the_end_of_the_last(begun: Ecrm) -> None:
    answer = begun("campaign", "send", "spring", "--again", "--yes")
    assert answer.code == 5
    assert "R-1 of spring has not ended" in answer.stderr


@pytest.mark.parametrize(
    ("file", "text", "lines"),
    [
        ("campaigns/spring.yaml", SPRING.replace("spring is here", "summer is here"),
         ["--- subject (the run)", "+++ subject (now)"]),
        ("templates/spring.html.j2", PAGE.replace("Hello", "Good day"),
         ["--- templates/spring.html.j2 (the run)", "+++ templates/spring.html.j2 (now)"]),
        ("segments/everybody.yaml", "country: RS\n",
         ["--- segments/everybody.yaml (the run)", "-all: []", "+country: RS"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["send", "resume"])
def test_changed_files_are_shown_and_need_a_word(
    begun: Ecrm, write: Write, file: str, text: str, lines: list[str], verb: str
) -> None:
    write(file, text)
    answer = begun("campaign", verb, "spring", "--yes")
    assert answer.code == 5
    said = answer.stderr.splitlines()
    assert [line for line in lines if line not in said] == []
    assert "resume spring --with-changes" in answer.stderr
    assert mail_in(begun) == []


def test_with_changes_the_rest_gets_the_new_words(begun: Ecrm, write: Write) -> None:
    write("templates/spring.html.j2", PAGE.replace("Hello", "Good day"))
    answer = begun("campaign", "resume", "spring", "--with-changes", "--yes")
    assert answer.code == 0, answer.stderr
    assert len(mail_in(begun)) == 2
    assert all(b"Good day" in raw for raw in mail_in(begun))
    assert status(begun)["sent"] == 3


def test_with_changes_the_rest_is_whom_the_new_rule_means(begun: Ecrm, write: Write) -> None:
    write("segments/everybody.yaml", "country: RS\n")
    answer = begun("campaign", "resume", "spring", "--with-changes", "--yes")
    assert answer.code == 0, answer.stderr
    found = status(begun)
    assert (found["sent"], found["audience"]) == (2, 4)
    assert found["reasons"] == {"excluded": 1, "no-consent": 1}
    assert b"dan@example.org" in mail_in(begun)[0]


def test_a_broken_change_is_refused(begun: Ecrm, write: Write) -> None:
    write("templates/spring.html.j2", "{{ nobody }}")
    answer = begun("campaign", "resume", "spring", "--with-changes", "--yes")
    assert answer.code == 3
    assert status(begun)["queued"] == 2
    assert mail_in(begun) == []


def test_who_said_no_since_the_run_began_gets_nothing(begun: Ecrm) -> None:
    begun("consent", "withdraw", "ben@example.org", "--topic", "all")
    assert begun("campaign", "resume", "spring", "--yes").code == 0
    assert status(begun)["reasons"] == {"no-consent": 2}
    assert b"dan@example.org" in mail_in(begun)[0]
    assert len(mail_in(begun)) == 1


@pytest.fixture
def doubtful(sent_shop: Ecrm) -> Ecrm:
    """The shop whose run is over, with Ana and Ben in doubt."""
    with app_of(sent_shop.folder).writing() as store:
        store.run(DOUBT, run_id=1, now=NOW)
    return sent_shop


def in_doubt(shop: Ecrm) -> list[str]:
    rows = shop("campaign", "recipients", "spring", "--status", "unknown", "--json").json
    return [str(row["message_id"]) for row in rows]


def test_the_owners_word_settles_those_in_doubt(doubtful: Ecrm) -> None:
    first, second = in_doubt(doubtful)
    said = doubtful("campaign", "resolve", "spring", "--as", "failed", first)
    assert (said.code, said.stdout) == (0, "1 are failed now.\n")
    # As in the documented pipe: jq writes one number a line.
    assert (
        doubtful("campaign", "resolve", "spring", "--as", "sent", "-", stdin=f"{second}\n").code
        == 0
    )
    assert (status(doubtful)["sent"], status(doubtful)["failed"]) == (2, 1)
    assert in_doubt(doubtful) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--as", "lost", "1"], 2), (["--as", "sent", "x"], 2), (["--as", "sent", "4"], 5),
        (["--as", "sent", "999"], 5), (["--as", "sent", "²"], 2), (["--as", "sent", "9" * 30], 2),
    ],
)  # fmt: skip
def test_only_what_is_in_doubt_can_be_settled(doubtful: Ecrm, words: list[str], code: int) -> None:
    assert doubtful("campaign", "resolve", "spring", *words).code == code
    assert len(in_doubt(doubtful)) == 2


def test_those_in_doubt_are_sent_again_on_the_owners_word_only(doubtful: Ecrm) -> None:
    before = len(mail_in(doubtful))
    assert doubtful("campaign", "resume", "spring", "--yes").code == 5
    assert doubtful("campaign", "send", "spring", "--again", "--yes").code == 8
    again = doubtful("campaign", "resume", "spring", "--resend-unknown", "--yes", "--json")
    assert again.code == 0, again.stderr
    assert "some may get it twice" in again.stderr
    assert (again.json["sent"], again.json["unknown"], again.json["run"]) == (3, 0, 1)
    assert len(mail_in(doubtful)) == before + 2


def use(shop: Ecrm, server: Receiver) -> None:
    config = shop.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    for old, new in (
        ("transport: folder", "transport: smtp"),
        ("host: localhost", "host: 127.0.0.1"),
        ("port: 587", f"port: {server.port}"),
        ("security: starttls", "security: none"),
        ("per_second: 10\n", "per_second: 10000\n"),
    ):
        text = text.replace(old, new)
    config.write_text(text, encoding="utf-8")


def test_what_a_server_refuses_and_puts_off_is_counted_and_ends_with_6(shop: Ecrm) -> None:
    def say(stage: str, address: str) -> str | None:
        words = {"ana@example.org": "550 5.1.1 no such user", "ben@example.org": "451 later"}
        return words.get(address) if stage == "RCPT" else None

    with receiving() as server:
        server.say = say
        use(shop, server)
        answer = shop("campaign", "send", "spring", "--yes", "--json")
    assert answer.code == 6
    found = answer.json
    assert (found["sent"], found["failed"], found["deferred"]) == (1, 1, 1)
    assert (found["state"], found["transport"]) == ("running", "smtp")
    assert "1 failed" in answer.stderr
    assert server.recipients == ["dan@example.org"]
    row = shop("campaign", "recipients", "spring", "--status", "failed", "--json").json[0]
    assert "5.1.1 no such user" in row["server_reply"]
    told = shop("campaign", "status", "spring").stdout
    assert "The next try is due at 2026-11-20 09:05." in told
    assert f"to 127.0.0.1:{server.port}." in told.splitlines()[0]


def test_a_server_that_is_down_sends_nothing_and_the_run_waits(shop: Ecrm) -> None:
    with receiving() as server:
        use(shop, server)
    answer = shop("campaign", "send", "spring", "--yes")
    assert answer.code == 7
    assert status(shop)["queued"] == 3
    assert status(shop)["state"] == "running"
