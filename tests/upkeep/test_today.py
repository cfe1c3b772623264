"""``ecrm today``: one page of what needs somebody, and commands that work when they are typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ecrm_cli.core.app import App
from ecrm_cli.core.queries import query
from ecrm_cli.outbox import ops as outbox
from ecrm_cli.upkeep.commands import today as page
from ecrm_cli.upkeep.today import Example, Item
from tests.door import NOW, Ecrm
from tests.outbox.runs import SPRING, freeze

PEOPLE = """email,phone,first_name,last_name,birthday,country
ana@example.org,+381641234567,Ana,Petrović,1990-11-20,RS
ben@example.org,,Ben,,1991-11-21,NO
mila@example.org,+381641234568,Mila,,,RS
oleg@example.org,,Oleg,,1970-11-19,RS
bad@@example.org,,Bad,,,
"""
ORDERS = """number,email,ordered_at,total
1,ana@example.org,2026-06-01,900.00
2,ben@example.org,2026-11-02,12.00
"""
DOUBT = query("test.doubt", "UPDATE message SET status = 'unknown' WHERE message_id <= $count")


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A shop in Belgrade with four people; one row of its last import was rejected."""
    for key, value in (("business.timezone", "Europe/Belgrade"), ("business.name", "Zrno")):
        assert ecrm("config", "set", key, value).code == 0
    (ecrm.folder / "orders.csv").write_text(ORDERS)
    (ecrm.folder / "people.csv").write_text(PEOPLE)
    assert ecrm("import", "orders", "orders.csv").code == 0
    assert ecrm("import", "contacts", "people.csv").code == 6
    return ecrm


@pytest.fixture
def busy_shop(shop: Ecrm, app: App) -> Ecrm:
    """The same on a day when much has to be done."""
    given = ("consent", "grant", "ana@example.org", "--topic", "offers", "--basis", "consent")
    assert shop(*given, "--channel", "phone").code == 0
    for number, at in enumerate(("2026-11-18T09:00Z", "2026-11-19T09:00Z", "2026-11-20T08:00Z")):
        opened = shop(
            "case", "open", "--contact", "ana@example.org", "--subject", f"Cold coffee {number}",
            "--channel", "email", "--category", "complaint", "--priority", "high", "--at", at,
        )  # fmt: skip
        assert opened.code == 0, opened.stderr
    with app.writing() as store:
        freeze(store, [1, 2, 3, 4], SPRING)
        store.run(DOUBT, count=1)
        outbox.set_state(store, NOW, 1, "paused")
    return shop


def kinds(answer: Any) -> dict[str, Any]:
    """Return what was found by its kind."""
    return {item["kind"]: item for item in answer.json}


def test_a_day_with_nothing_says_so(ecrm: Ecrm) -> None:
    assert ecrm("today").stdout == "Shop, Friday 2026-11-20\nNothing needs you today.\n"
    assert ecrm("today", "--json").json == []


def test_everything_that_needs_somebody_is_there_with_its_count(busy_shop: Ecrm) -> None:
    answer = busy_shop("today", "--json")
    assert answer.code == 0, answer.stderr
    found = kinds(answer)
    assert {kind: item["count"] for kind, item in found.items()} == {
        "case-overdue": 2, "case-due": 1, "unsent": 3, "in-doubt": 1, "rejects": 1, "birthday": 1,
        "call": 1,
    }  # fmt: skip
    for item in answer.json:
        assert list(item) == ["kind", "count", "text", "command", "examples", "more"]
    assert found["unsent"]["examples"][0]["text"] == "spring (R-1): 3, paused"
    assert found["rejects"]["command"] == "ecrm import rejects I-2"
    assert found["call"]["text"] == ("Call Ana Petrović, +381641234567: VIP, no order for 172 days")


def test_each_line_ends_with_a_command_that_works_when_it_is_typed(busy_shop: Ecrm) -> None:
    commands = [
        command
        for item in busy_shop("today", "--json").json
        for command in (item["command"], *(one["command"] for one in item["examples"]))
    ]
    assert len(commands) >= 10
    lines = busy_shop("today").stdout.splitlines()[1:]
    assert all(any(line.endswith(f"  {command}") for command in commands) for line in lines)
    for command in dict.fromkeys(commands):
        words = shlex.split(command)
        assert words[0] == "ecrm"
        answer = busy_shop(*words[1:])
        assert answer.code == 0, (command, answer.stderr)


@pytest.mark.parametrize(
    ("zone", "moment", "names"),
    [
        (None, "2026-11-20T09:00Z", ["Ana Petrović"]),
        (None, "2026-11-20T23:30Z", ["Ben"]),
        ("Pacific/Kiritimati", "2026-11-20T09:00Z", ["Ana Petrović", "Ben"]),
    ],
)
def test_a_birthday_is_on_the_contacts_own_day(
    shop: Ecrm, app: App, zone: str | None, moment: str, names: list[str]
) -> None:
    change = query("test.zone", "UPDATE contact SET zone = $zone WHERE given_name = 'Ben'")
    with app.writing() as store:
        store.run(change, zone=zone)
    found = kinds(Ecrm(shop.folder, {"ECRM_NOW": moment})("today", "--json"))["birthday"]
    assert [one["text"] for one in found["examples"]] == names


def test_who_may_be_mailed_or_may_not_be_called_is_not_called(shop: Ecrm) -> None:
    assert "call" not in kinds(shop("today", "--json"))
    phone = ("consent", "grant", "ana@example.org", "--topic", "offers", "--basis", "consent")
    assert shop(*phone, "--channel", "phone").code == 0
    assert "call" in kinds(shop("today", "--json"))
    assert shop(*phone).code == 0
    assert "call" not in kinds(shop("today", "--json"))
    assert shop("consent", "withdraw", "ana@example.org", "--topic", "all").code == 0
    (shop.folder / "segments" / "vip-lapsing.yaml").unlink()
    assert "call" not in kinds(shop("today", "--json"))


def test_what_an_import_rejected_is_old_after_a_week_and_gone_when_it_is_undone(
    shop: Ecrm, app: App
) -> None:
    assert kinds(shop("today", "--json"))["rejects"]["count"] == 1
    later = (NOW + timedelta(days=8)).isoformat()
    assert "rejects" not in kinds(Ecrm(shop.folder, {"ECRM_NOW": later})("today", "--json"))
    undone = query("test.undone", "UPDATE import_batch SET undone_at = $now")
    with app.writing() as store:
        store.run(undone, now=NOW)
    assert "rejects" not in kinds(shop("today", "--json"))


def many() -> Iterator[Item]:
    """Yield every kind with more of it than a page holds, in the longest words."""
    examples = [Example("x" * 200, "ecrm case show C-1234567")] * 2
    for kind in ("case-overdue", "case-due", "unsent", "in-doubt", "birthday"):
        yield Item(kind, 5_000, "w" * 100, "ecrm segment members birthday-7d", examples, 4_998)
    yield Item("rejects", 5_000, "w" * 100, "ecrm import rejects I-1234567")
    yield Item("call", 5_000, "w" * 100, "ecrm segment members vip-lapsing", examples * 2, 4_997)


def test_the_fullest_page_fits_a_terminal() -> None:
    lines = [page.fitted(text, command) for text, command in page.lines(list(many()))]
    assert len(lines) + 1 <= 24
    assert {len(line) for line in lines} == {80}
    assert all("…  ecrm " in line for line in lines)


def test_the_number_to_call_is_never_cut_on_a_terminal(busy_shop: Ecrm) -> None:
    assert busy_shop("contact", "edit", "P-1", "--given-name", "Aleksandra Marija").code == 0
    (call,) = [item for item in busy_shop("today", "--json").json if item["kind"] == "call"]
    line = page.fitted(f"  {call['text']}", "ecrm caller P-123456")
    assert ("Aleksandra Marija Petrović, +381641234567:" in line, len(line)) == (True, 80)


def test_what_is_left_out_is_said() -> None:
    item = Item("birthday", 4, "4 birthdays today", "c", [Example("Ana", "d")] * 2, 2)
    assert next(iter(page.lines([item]))) == ("4 birthdays today, 2 of them not shown", "c")
