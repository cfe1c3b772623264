"""What ``ecrm report`` prints, writes and refuses; and the page."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ecrm_cli.core.queries import named
from ecrm_cli.core.workspace import shipped
from ecrm_cli.reports.definitions import HEADS, definitions
from ecrm_cli.reports.statements import FROM
from tests.door import Ecrm

UNITS = {"count", "money", "number", "ratio", "seconds", "points"}


@pytest.fixture
def shop(ecrm: Ecrm, book_file: Path) -> Ecrm:
    """A workspace with a shop's files in its book; its name is no HTML."""
    shutil.copyfile(book_file, ecrm.folder / "crm.duckdb")
    config = ecrm.folder / "config.yaml"
    words = config.read_text().replace("timezone: UTC", "timezone: Europe/Belgrade")
    config.write_text(words.replace("currency: EUR", "currency: RSD"))
    assert ecrm("config", "set", "business.name", "Bean & <b>Leaf</b>").code == 0
    return ecrm


def test_the_shape_that_scripts_rely_on(shop: Ecrm) -> None:
    answer = shop("report", "kpi", "--json")
    rows = answer.json
    for row in rows:
        assert {"kpi", "value", "unit", "currency", "from", "to"} <= row.keys()
        assert (row["from"], row["to"]) == ("2026-10-01", "2026-10-31")
        assert row["unit"] in UNITS
        assert (row["unit"] == "money" and row["value"] is not None) <= bool(row["currency"])
        assert row["unit"] != "ratio" or row["value"] is None or 0 <= row["value"] <= 1
    values = {row["kpi"]: row["value"] for row in rows}
    assert values.keys() == set(definitions())
    assert isinstance(values["orders"], int)
    assert (values["campaign-sent"], values["open-complaints"]) == (None, None)


def test_an_empty_book_measures_nothing_and_says_what_would(ecrm: Ecrm) -> None:
    answer = ecrm("report", "kpi")
    assert answer.code == 0
    assert "Attract" not in answer.stdout
    (line,) = answer.stderr.splitlines()
    assert line.startswith("Not measured yet: new-contacts, contacts (ecrm import contacts FILE);")
    assert "repeat-rate, retention (ecrm import orders FILE)" in line
    assert "liability (ecrm loyalty settle)" in line
    rows = ecrm("report", "kpi", "--json").json
    assert {row["value"] for row in rows if row["kpi"] != "lapsed-vips"} == {None}


def test_a_terminal_gets_four_heads_in_eighty_columns(shop: Ecrm) -> None:
    told = shop("report", "kpi", "--compare", "previous").stdout.splitlines()
    assert told[0] == "October 2026 (31 days), beside 31 Aug 2026 to 30 Sep 2026"
    assert [line for line in told if line.lower() in HEADS] == ["Attract", "Expand", "Keep"]
    assert max(map(len, told)) <= 80
    orders = next(line.split() for line in told if line.startswith("  orders "))
    rows = {
        row["kpi"]: row for row in shop("report", "kpi", "--compare", "previous", "--json").json
    }
    assert orders[1:] == [
        str(rows["orders"]["value"]), "↑" if rows["orders"]["difference"] > 0 else "↓",
        f"{rows['orders']['change'] * 100:+.1f}", "%", str(rows["orders"]["previous"]),
    ]  # fmt: skip
    assert told[-1] == "As of 2026-11-20."


def test_the_same_figures_in_every_form(shop: Ecrm) -> None:
    rows = shop("report", "kpi", "--json").json
    printed = list(csv.DictReader(io.StringIO(shop("report", "kpi", "--format", "csv").stdout)))
    assert [row["kpi"] for row in printed] == [row["kpi"] for row in rows]
    assert [float(row["value"]) for row in printed if row["value"]] == [
        row["value"] for row in rows if row["value"] is not None
    ]
    for suffix in ("csv", "json", "xlsx", "parquet"):
        done = shop("report", "kpi", "--out", f"kpi.{suffix}")
        assert (done.code, done.stdout) == (0, "")
    import polars

    frame = polars.read_parquet(shop.folder / "kpi.parquet")
    assert frame["kpi"].to_list() == [row["kpi"] for row in rows]
    assert json.loads((shop.folder / "kpi.json").read_text()) == rows


def test_one_currency_is_asked_for(shop: Ecrm) -> None:
    rows = shop("report", "kpi", "--currency", "eur", "--json").json
    assert {row["currency"] for row in rows if row["unit"] == "money"} == {"EUR", None}
    unsold = shop("report", "kpi", "--currency", "NOK", "--json").json
    revenue = [(row["currency"], row["value"]) for row in unsold if row["kpi"] == "revenue"]
    assert revenue == [("NOK", 0)]


def test_the_statements_are_printed_and_not_run(ecrm: Ecrm) -> None:
    (ecrm.folder / "crm.duckdb").unlink()
    told = ecrm("report", "kpi", "--month", "2026-10", "--sql")
    assert told.code == 0
    for name, _columns in FROM.values():
        assert named(name).text in told.stdout
    assert "-- $from_utc = TIMESTAMP '2026-10-01 00:00:00'" in told.stdout


def test_every_figure_is_defined_and_has_its_statement(ecrm: Ecrm) -> None:
    for kpi, found in definitions().items():
        told = ecrm("report", "define", kpi)
        assert told.code == 0
        assert told.stdout.startswith(f"{kpi} ({found.unit})\n")
        assert max(map(len, told.stdout.splitlines())) <= 80
        statement = ecrm("report", "define", kpi, "--sql").stdout
        assert (kpi == "lapsed-vips") or named(FROM[kpi][0]).text in statement


def test_a_mistyped_figure_offers_the_nearest(ecrm: Ecrm) -> None:
    error = ecrm("report", "define", "repeat-rat", "--json")
    assert (error.code, error.error["matches"]) == (4, ["repeat-rate"])


def test_the_list_names_every_figure(ecrm: Ecrm) -> None:
    rows = ecrm("report", "list", "--json").json
    assert [row["name"] for row in rows if row["what"] == "kpi"] == list(definitions())
    for row in rows:
        assert row["what"] == "kpi" or ecrm("report", row["name"], "--json").code == 0


class Page(HTMLParser):
    """What a page is made of: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and those in it that need no end."""
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep text, but not the style's."""
        if data.strip() and self.open[-1:] != ["style"]:
            self.text.append(data.strip())

    def count(self, tag: str) -> int:
        """Return how many elements of a kind there are."""
        return sum(name == tag for name, _attributes in self.elements)


def test_the_page_needs_nothing_but_itself(shop: Ecrm) -> None:
    done = shop("report", "kpi", "--compare", "previous", "--out", "kpi.html")
    assert (done.code, done.stdout) == (0, "")
    text = (shop.folder / "kpi.html").read_text(encoding="utf-8")
    page = Page(text)
    assert {"script", "link", "img", "iframe", "object"} & {
        name for name, _ in page.elements
    } == set()
    for needle in ("http:", "https:", "url(", "@import", "src=", "//"):
        assert needle not in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "Bean & <b>Leaf</b>" in page.text
    assert page.count("b") == 0


def test_each_chart_has_a_name_a_description_and_its_numbers(shop: Ecrm) -> None:
    shop("report", "kpi", "--out", "kpi.html")
    page = Page((shop.folder / "kpi.html").read_text(encoding="utf-8"))
    pictures = [found for name, found in page.elements if name == "svg"]
    ids = {found["id"] for _name, found in page.elements if "id" in found}
    # Revenue in two currencies, orders, new and active customers.
    assert len(pictures) == 5
    for found in pictures:
        assert found["role"] == "img"
        assert set((found["aria-labelledby"] or "").split()) <= ids
    assert page.count("desc") == page.count("table") == page.count("details") == 5
    assert page.count("rect") == 5 * 12
    assert page.count("tr") == 5 * 13
    for kpi in ("Orders", "Revenue, RSD", "Revenue, EUR", "New customers", "Active customers"):
        assert kpi in page.text


def test_the_page_says_what_the_table_says(shop: Ecrm) -> None:
    shop("report", "kpi", "--out", "kpi.html")
    page = Page((shop.folder / "kpi.html").read_text(encoding="utf-8"))
    rows = {row["kpi"]: row["value"] for row in shop("report", "kpi", "--json").json}
    for kpi in ("orders", "active-customers", "contacts"):
        place = page.text.index(kpi.replace("-", " ").capitalize())
        assert page.text[place + 1] == f"{rows[kpi]:,}"
    for found in definitions().values():
        assert (found.says in page.text) == (rows[found.kpi] is not None)
    assert any(line.startswith("Not measured yet: campaign-sent") for line in page.text)


def test_the_foots_command_makes_the_same_page_whatever_is_learned(shop: Ecrm) -> None:
    (shop.folder / "segments" / "vip-lapsing.yaml").unlink()
    shop("report", "kpi", "--compare", "previous", "--out", "kpi.html")
    first = (shop.folder / "kpi.html").read_bytes()
    text = first.decode()
    command = text[text.index("<code>") + 6 : text.index("</code>")].split()
    late = Ecrm(shop.folder, {"ECRM_NOW": "2026-11-25T09:00:00Z"})
    (shop.folder / "late.csv").write_text(
        "order_id,email,date,total\nL1,late@example.org,2026-10-05,5000\n"
    )
    assert late("import", "orders", "late.csv").code == 0
    assert late(*command[1:], "--out", "again.html").code == 0
    assert (shop.folder / "again.html").read_bytes() == first
    assert late("report", "kpi", "--month", "2026-10", "--out", "new.html").code == 0
    assert (shop.folder / "new.html").read_bytes() != first


def test_the_page_of_an_empty_book_says_so(ecrm: Ecrm) -> None:
    assert ecrm("report", "kpi", "--out", "kpi.html").code == 0
    page = Page((ecrm.folder / "kpi.html").read_text(encoding="utf-8"))
    assert page.count("svg") == 0
    assert any(line.startswith("Not measured yet: new-contacts") for line in page.text)


def luminance(color: str) -> float:
    """Return how bright a colour is, as WCAG 2 counts it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_the_pages_colours_stand_apart(mode: int) -> None:
    text = (shipped("templates") / "reports" / "kpi.html.j2").read_text(encoding="utf-8")
    palettes = [
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in text.split(":root {")[1:3]
    ]
    colors = {name: luminance(color) for name, color in palettes[mode].items()}
    for front, back, least in (
        ("text", "card", 7), ("text", "page", 7), ("quiet", "card", 4.5), ("quiet", "page", 4.5),
        ("bar", "card", 3),
    ):  # fmt: skip
        bright, dark = sorted((colors[front], colors[back]), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= least, (front, back)
