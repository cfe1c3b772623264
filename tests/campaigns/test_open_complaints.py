"""Who has an open complaint gets no offer, unless the campaign says otherwise."""

from __future__ import annotations

import pytest

from ecrm_cli.campaigns.drafts import draft_of
from ecrm_cli.core.app import App
from tests.campaigns.conftest import SPRING, Write, mail_in
from tests.campaigns.test_audience import reasons
from tests.door import Ecrm

COMPLAINT = ("case", "open", "--contact", "ana@example.org", "--subject", "Cold coffee",
             "--channel", "email", "--category")  # fmt: skip


@pytest.fixture
def complained(shop: Ecrm) -> Ecrm:
    """The shop in which Ana has complained."""
    assert shop(*COMPLAINT, "complaint").code == 0
    return shop


def test_an_open_complaint_leaves_out_of_every_campaign(complained: Ecrm, shop_app: App) -> None:
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring")) == {
            1: "open-complaint", 2: None, 3: "no-consent", 4: None,
        }  # fmt: skip


def test_it_is_told_when_the_campaign_is_sent_and_explained(complained: Ecrm) -> None:
    assert complained("campaign", "send", "spring", "--yes").code == 0
    assert [b"ana@" in raw for raw in mail_in(complained)] == [False, False]
    status = complained("campaign", "status", "spring", "--json").json
    assert status["reasons"]["open-complaint"] == 1
    said = complained("campaign", "status", "spring").stdout
    assert "1 with a complaint that is still open" in said
    explained = complained("campaign", "explain", "spring", "ana@example.org")
    assert explained.stdout.startswith("P-1 would not be mailed: open-complaint.")
    assert "cases: {open: true, category: complaint}" in explained.stdout


@pytest.mark.parametrize("act", [("close", "1"), ("status", "1", "resolved")])
def test_once_it_is_done_they_are_written_to_again(
    complained: Ecrm, shop_app: App, act: tuple[str, ...]
) -> None:
    assert complained("case", *act).code == 0
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring"))[1] is None


def test_waiting_for_the_customer_is_still_open(complained: Ecrm, shop_app: App) -> None:
    assert complained("case", "status", "1", "waiting").code == 0
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring"))[1] == "open-complaint"


def test_a_question_is_no_complaint(shop: Ecrm, shop_app: App) -> None:
    assert shop(*COMPLAINT, "product").code == 0
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring"))[1] is None


def test_a_campaign_may_include_them(complained: Ecrm, write: Write, shop_app: App) -> None:
    write("campaigns/spring.yaml", SPRING + "include_open_complaints: true\n")
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring"))[1] is None


def test_an_excluded_segment_is_told_before_the_complaint(
    complained: Ecrm, write: Write, shop_app: App
) -> None:
    write("campaigns/spring.yaml", SPRING + "exclude: [vip]\n")
    with shop_app.reading() as store:
        assert reasons(store, draft_of(shop_app, "spring"))[1] == "excluded"


def test_including_them_changes_the_rule_of_an_unfinished_run(
    complained: Ecrm, write: Write
) -> None:
    assert complained("campaign", "send", "spring", "--yes").code == 0
    assert complained("campaign", "pause", "spring").code == 5
    write("campaigns/spring.yaml", SPRING + "include_open_complaints: true\n")
    again = complained("campaign", "send", "spring", "--again", "--yes", "--json")
    assert again.code == 0, again.stderr
    assert again.json["sent"] == 1
