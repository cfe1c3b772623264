"""The page of figures in a real browser: narrow and wide, light and dark, alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.door import Ecrm
from tests.real.browser import Browser, browser_in
from tests.reports.plain import made, text_of

pytestmark = pytest.mark.real

DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """Chromium."""
    folder = tmp_path / "browser"
    folder.mkdir()
    return browser_in(folder)


@pytest.fixture
def page(ecrm: Ecrm) -> str:
    """The page of a shop with long names and large numbers."""
    export = made(3, orders=300)
    for row in export.orders:
        row["total"] = f"{row['total']}" if row["total"] == "0.00" else f"98765{row['total']}"
    (ecrm.folder / "people.csv").write_text(text_of(export.people, "agreed"))
    (ecrm.folder / "orders.csv").write_text(text_of(export.orders, "refunded"))
    assert ecrm("config", "set", "business.name", "Zrno " + "pržionica " * 12).code == 0
    assert ecrm("import", "contacts", "people.csv").code == 0
    assert ecrm("import", "orders", "orders.csv").code == 0
    done = ecrm("report", "kpi", "--last", "50d", "--compare", "previous", "--out", "kpi.html")
    assert done.code == 0, done.stderr
    return (ecrm.folder / "kpi.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_and_is_alone(browser: Browser, page: str, width: int) -> None:
    seen = browser.look(page, width)
    assert seen.measures["width"] == seen.measures["needed"] == width
    assert seen.measures["wide"] == []
    assert seen.measures["resources"] == []
    assert seen.console == []
    # Letters in charts are as tall as small print.
    assert seen.measures["smallest"] >= 9


def test_an_open_table_fits_the_narrow_page(browser: Browser, page: str) -> None:
    seen = browser.look(page.replace("<details>", "<details open>"), 360)
    assert (seen.measures["needed"], seen.measures["wide"]) == (360, [])


def test_what_would_be_wrong_is_seen(browser: Browser, page: str) -> None:
    broken = page.replace(
        "</main>", '<p style="width:2000px">wide</p><img src="https://example.org/x.png"></main>'
    )
    seen = browser.look(broken, 360)
    assert seen.measures["needed"] == 2016
    assert len(seen.measures["wide"]) == 1
    assert any("example.org" in line for line in seen.console)


def test_the_dark_page_is_dark(browser: Browser, page: str) -> None:
    light = browser.look(page, 360, LIGHT).measures["background"]
    dark = browser.look(page, 360, DARK).measures["background"]
    assert (light, dark) == ("rgb(246, 247, 248)", "rgb(20, 23, 26)")
    assert browser.picture(page, 360, 800, DARK) != browser.picture(page, 360, 800, LIGHT)
