"""Each figure of the demo's shop is what plain Python makes of its export files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecrm_cli.demo import story
from tests.demo.conftest import Played
from tests.demo.plain import figures, read_files
from tests.door import NOW

TODAY = NOW.date()
PERIODS = (
    (date(2026, 10, 1), date(2026, 10, 31)),
    (date(2025, 12, 1), date(2025, 12, 31)),
    (TODAY - timedelta(days=89), TODAY),
    (TODAY - timedelta(days=365), TODAY),
)
CAMPAIGNS = ("win-back", story.NEWS)
# What does not come out of the files: the demo's own mails and cases.
OTHERS = {"campaign-sent", "campaign-skipped", "first-response", "open-complaints"}


@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_every_figure_is_what_plain_python_makes_of_the_files(
    played: Played, first: date, last: date
) -> None:
    said = ("report", "kpi", "--from", str(first), "--to", str(last), "--json")
    found = {row["kpi"]: row["value"] for row in played.ecrm(*said).json}
    expected = figures(read_files(played.root / "exports", TODAY), first, last, TODAY)
    assert set(found) == set(expected) | OTHERS
    wrong = {
        kpi: (found[kpi], value)
        for kpi, value in expected.items()
        if (found[kpi] is None) != (value is None)
        or (value is not None and abs(Decimal(str(found[kpi])) - value) > Decimal("1e-9"))
    }
    assert wrong == {}


def test_what_the_demo_did_is_in_its_figures(played: Played) -> None:
    told = played.ecrm("report", "kpi", "--last", "1d", "--json").json
    found = {row["kpi"]: row["value"] for row in told}
    ends = [played.ecrm("campaign", "status", name, "--json").json for name in CAMPAIGNS]
    assert found["campaign-sent"] == sum(end["sent"] for end in ends)
    assert found["campaign-skipped"] == sum(end["skipped"] for end in ends)
    # Ben's and Ana's; hers came by phone, and was answered when it was opened.
    assert (found["open-complaints"], found["first-response"]) == (2, 0)
