"""The segments that a new workspace begins with."""

from __future__ import annotations

from ecrm_cli.core.yamlfile import read
from ecrm_cli.segments.library import names, reading
from ecrm_cli.upkeep.founding import STARTER
from tests.door import Ecrm

FOLDER = STARTER / "segments"


def test_every_starter_segment_says_what_it_is_and_why() -> None:
    for name in names(FOLDER):
        file = FOLDER / f"{name}.yaml"
        assert file.read_text(encoding="utf-8").startswith("# ")
        assert set(read(file).data) == {"description", "why", "all"}


def test_every_starter_segment_is_a_sound_rule() -> None:
    assert len(names(FOLDER)) >= 10
    for name in names(FOLDER):
        assert reading(FOLDER, name).problems == (), name


def test_the_drafts_are_sound_and_nothing_was_sent(ecrm: Ecrm) -> None:
    drafts = sorted(path.stem for path in (STARTER / "campaigns").glob("*.yaml"))
    assert drafts == ["win-back"]
    listed = ecrm("campaign", "list", "--json").json
    assert [(row["campaign"], row["run"]) for row in listed] == [("win-back", None)]
    for name in drafts:
        checked = ecrm("campaign", "check", name, "--json").json
        assert [found["severity"] for found in checked["findings"]] == ["warning"]
        assert "vip-lapsing" in checked["findings"][0]["message"]


def test_the_best_who_have_gone_quiet_are_those_who_paid_most(ecrm: Ecrm) -> None:
    rows = ["number,email,ordered_at,total,currency"]
    for number in range(1, 21):
        day = "2026-06-01" if number < 3 else "2026-11-18"
        rows.append(f"{number},p{number}@example.org,{day},{100 - number},EUR")
    (ecrm.folder / "orders.csv").write_text("\n".join([*rows, ""]))
    assert ecrm("import", "orders", "orders.csv").code == 0
    listed = {row["segment"]: row["count"] for row in ecrm("segment", "list", "--json").json}
    assert (listed["vip"], listed["vip-lapsing"], listed["lapsing"]) == (2, 2, 2)
    assert (listed["active"], listed["lapsed"], listed["won-back"]) == (18, 0, 0)
