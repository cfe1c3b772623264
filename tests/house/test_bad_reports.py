"""What a report cannot be asked: each has its sentence and code, and the book stays as it was."""

from __future__ import annotations

from tests.door import Ecrm
from tests.house.harm import refused, untouched

PERIODS = ("kpi", "cases", "loyalty", "campaigns")


def test_no_orders(ecrm: Ecrm) -> None:
    (ecrm.folder / "people.csv").write_text("email\nana@example.org\n")
    assert ecrm("import", "contacts", "people.csv").code == 0
    with untouched(ecrm):
        answer = ecrm("report", "kpi", "--month", "this", "--compare", "previous")
        rows = ecrm("report", "kpi", "--month", "this", "--json").json
        page = ecrm("report", "kpi", "--month", "this", "--out", "kpi.html")
    assert (answer.code, page.code) == (0, 0)
    assert "Expand" not in answer.stdout
    assert (
        "orders, revenue, average-order-value, orders-per-customer, new-customers, "
        "active-customers, repeat-rate, retention (ecrm import orders FILE)"
    ) in answer.stderr
    values = {row["kpi"]: row["value"] for row in rows}
    assert (values["contacts"], values["orders"], values["revenue"]) == (1, None, None)


def test_an_unknown_currency(shop: Ecrm) -> None:
    with untouched(shop):
        for code in ("XQZ", "dinar", "", "RSD,EUR"):
            asked = shop("report", "kpi", "--currency", code, "--json")
            error = refused(asked, 2, f"{code!r} is no currency")
            assert "three letters" in error["hint"]


def test_an_unknown_currency_in_a_file_of_orders(shop: Ecrm) -> None:
    (shop.folder / "odd.csv").write_text(
        "order_id,date,email,total,currency\n9,2026-10-01,ana@example.org,5,XQZ\n"
    )
    assert shop("import", "orders", "odd.csv").code == 6
    rows = shop("report", "kpi", "--json").json
    assert "XQZ" not in {row["currency"] for row in rows}


def test_a_period_of_zero_days(shop: Ecrm) -> None:
    with untouched(shop):
        for report in PERIODS:
            for words in (["--last", "0d"], ["--from", "2026-03-02", "--to", "2026-03-01"]):
                error = refused(shop("report", report, *words, "--json"), 3, "has no day in it")
                assert "--last 1d" in error["hint"]


def test_a_period_in_the_future(shop: Ecrm) -> None:
    future = (
        ["--from", "2026-11-21"],
        ["--month", "2026-12"],
        ["--year", "2027"],
        ["--month", "2026-10", "--as-of", "2026-09-30"],
    )
    with untouched(shop):
        for report in PERIODS:
            for words in future:
                error = refused(shop("report", report, *words, "--json"), 3, "has not begun on")
                assert "--month last" in error["hint"]
            looking = shop("report", report, "--as-of", "2026-11-21", "--json")
            refused(looking, 3, "--as-of 2026-11-21 is still to come")


WRONG = (
    (["--month", "2026-00"], 2, "'2026-00' is not a month"),
    (["--quarter", "Q3"], 2, "'Q3' is not a quarter"),
    (["--year", "0"], 2, "'0' is not a year"),
    (["--last", "90"], 3, "'90' is not a number of days"),
    (["--last", "99999d"], 3, "A period cannot begin on"),
    (["--from", "soon"], 2, "'soon' is not a day"),
    (["--to", "2026-10-31"], 2, "--to has no --from"),
    (["--month", "last", "--year", "last"], 2, "--month and --year each name a period"),
    (["--compare", "lastyear"], 2, "cannot be compared with 'lastyear'"),
    (["--known-on", "yesterday"], 2, "'yesterday' is not a day or a time"),
    (["--out", "kpi.pdf"], 2, "has no suffix that says the format"),
    (["--out", "nowhere/kpi.html"], 4, "There is no folder nowhere"),
    (["--fields", "kpi,vlaue"], 4, "There is no field 'vlaue'"),
)


def test_words_that_name_no_period(shop: Ecrm) -> None:
    with untouched(shop):
        for words, code, said in WRONG:
            refused(shop("report", "kpi", *words, "--json"), code, said)


def test_a_broken_segment_of_quiet_vips_leaves_the_other_figures(shop: Ecrm) -> None:
    (shop.folder / "segments" / "vip-lapsing.yaml").write_text("orders.cuont: {gte: 1}\n")
    rows = {row["kpi"]: row for row in shop("report", "kpi", "--json").json}
    assert rows["lapsed-vips"]["value"] is None
    assert rows["lapsed-vips"]["note"] == "see ecrm segment check vip-lapsing"
    assert rows["contacts"]["value"] == 1
