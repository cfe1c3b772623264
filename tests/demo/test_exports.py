"""The shop's export files: always the same for a seed and a day, and like a shop's."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ecrm_cli.demo.exports import TOLD, Shop, is_safe, make_shop, write_exports
from ecrm_cli.demo.lists import ARABIC, ENGLISH, RUSSIAN, SERBIAN
from ecrm_cli.demo.named import ANA, BEN, MILA, MILA_P, OLEG, QUIET, SARA
from tests.door import process_environment

TODAY = date(2026, 11, 21)
ADDRESS = re.compile(r"[^\s,\"]+@[^\s,\"]*[^\s,\".]")
WRITE = """
import sys
from datetime import date
from pathlib import Path
from ecrm_cli.demo.exports import make_shop, write_exports
write_exports(make_shop(3, date(2026, 11, 21)), 3, Path(sys.argv[1]))
"""


@pytest.fixture(scope="module", params=[1, 11])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A shop, with the seed of the demo and with another."""
    return make_shop(request.param, TODAY)


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def written(folder: Path, seed: int, today: date = TODAY) -> dict[str, str]:
    """Write the files of a seed and a day; return their digests."""
    folder.mkdir()
    write_exports(make_shop(seed, today), seed, folder)
    return digests(folder)


def test_a_seed_and_a_day_give_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    here, there = written(tmp_path / "here", 3), tmp_path / "there"
    there.mkdir()
    environment = process_environment({"PYTHONHASHSEED": "7"})
    subprocess.run([sys.executable, "-c", WRITE, str(there)], env=environment, check=True)
    assert digests(there) == here
    assert len(here) == 6


def test_another_seed_or_day_gives_other_files(tmp_path: Path) -> None:
    here = written(tmp_path / "here", 3)
    assert not here.items() & written(tmp_path / "seed", 4).items()
    assert not here.items() & written(tmp_path / "day", 3, date(2026, 11, 22)).items()


def test_no_address_can_be_anybodys(shop: Shop, tmp_path: Path) -> None:
    files = write_exports(shop, 1, tmp_path)
    found = [word for path in files for word in ADDRESS.findall(path.read_text(encoding="utf-8"))]
    assert len(found) > 1500
    odd = [word for word in found if not is_safe(word)]
    # What was mistyped is no address at all; it stands on the lines without a number.
    with (tmp_path / "customers.csv").open(encoding="utf-8", newline="") as handle:
        mistyped = {row["Email"] for row in csv.DictReader(handle) if not row["Customer ID"]}
    assert len(mistyped) == 11
    assert {word for word in odd if not any(word in typed for typed in mistyped)} == set()


def test_each_language_has_two_hundred_customers(shop: Shop) -> None:
    counted = Counter(customer.language for customer in shop.customers)
    assert counted.keys() == {SERBIAN, ENGLISH, RUSSIAN, ARABIC}
    assert min(counted.values()) >= 200
    assert 1900 <= counted.total() <= 2100


def test_no_two_customers_share_an_address_or_a_number(shop: Shop) -> None:
    emails = Counter(customer.email for customer in shop.customers if customer.email)
    digits = (re.sub(r"\D", "", customer.phone)[-8:] for customer in shop.customers)
    phones = Counter(number for number in digits if number)
    assert emails.most_common(1)[0][1] == phones.most_common(1)[0][1] == 1


def test_everybody_can_be_reached_somehow(shop: Shop) -> None:
    assert [c.number for c in shop.customers if not c.email and not c.phone] == []


def test_the_year_ends_yesterday(shop: Shop) -> None:
    days = [order.ordered.date() for order in shop.orders]
    assert (TODAY - max(days)).days == 1
    assert 360 <= (TODAY - min(days)).days <= 365
    assert max(back.returned.date() for back in shop.returns) < TODAY
    assert min(customer.joined for customer in shop.customers) >= 1


def test_december_is_the_peak_and_saturday_the_day(shop: Shop) -> None:
    months = Counter(order.ordered.month for order in shop.orders)
    rest = (months.total() - months[12]) / 11
    assert months.most_common(1)[0][0] == 12
    assert months[12] > 1.8 * rest
    assert Counter(order.ordered.weekday() for order in shop.orders).most_common(1)[0][0] == 5


def test_nobody_buys_before_they_joined(shop: Shop) -> None:
    joined = {customer.number: customer.joined for customer in shop.customers}
    early = [
        order.number
        for order in shop.orders
        if order.customer and (TODAY - order.ordered.date()).days > joined[order.customer]
    ]
    assert early == []


def test_customers_leave_return_goods_unsubscribe_and_complain(shop: Shop) -> None:
    last = {order.customer: order.ordered.date() for order in shop.orders}
    assert sum((TODAY - day).days > 180 for day in last.values()) > 300
    assert 0.01 < len(shop.returns) / len(shop.orders) < 0.05
    assert all(back.amount > 0 for back in shop.returns)
    assert 60 <= len(shop.unsubscribed) <= 90
    assert 3 <= len(shop.complained) <= 7
    assert not set(shop.unsubscribed) & set(shop.complained)
    assert any(order.cancelled for order in shop.orders)


def test_the_people_of_the_story_are_who_they_are(shop: Shop) -> None:
    people = {customer.number: customer for customer in shop.customers}
    bought = {
        number: [order.ordered.date() for order in shop.orders if order.customer == number]
        for number in TOLD
    }
    assert (people[ANA].email, people[ANA].given) == ("ana@example.org", "Ana")
    assert (TODAY - max(bought[ANA])).days == QUIET
    assert len(bought[OLEG]) == 1
    assert people[SARA].birthday[5:] == "11-23"
    assert len(bought[BEN]) > 5
    assert people[MILA].given == people[MILA_P].given
    assert not TOLD & {back.customer for back in shop.returns}


@pytest.mark.parametrize("today", [date(2028, 2, 27), date(2028, 3, 1), date(2027, 1, 1)])
def test_a_leap_day_is_a_day_like_any_other(today: date) -> None:
    shop = make_shop(1, today)
    assert len(shop.customers) == 2000
    assert shop.customers[2].birthday.startswith("1988-")
