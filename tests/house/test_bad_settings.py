"""A config or a segment that cannot be: file, line and key are named, and the book stays."""

from __future__ import annotations

import pytest

from tests.door import Ecrm
from tests.house.harm import refused, untouched

COMMANDS = (("config", "show"), ("import", "contacts", "good.csv"), ("segment", "count", "active"))


def complained(shop: Ecrm, config: str, words: str, line: int, key: str) -> str:
    """Break the config; every command that needs it must name the place. Returns the hint."""
    (shop.folder / "config.yaml").write_text(config)
    (shop.folder / "good.csv").write_text("email\nc@example.org\n")
    hints = set()
    with untouched(shop):
        for command in COMMANDS:
            error = refused(shop(*command, "--json"), 3, words)
            assert str(error["file"]).endswith("config.yaml"), command
            assert (error["line"], error["key"]) == (line, key), command
            hints.add(error["hint"])
    assert len(hints) == 1
    return str(hints.pop())


def test_config_with_a_tab(shop: Ecrm) -> None:
    complained(shop, "business:\n\tname: Corner Coffee\n", "tab", 2, "business.name")


def test_config_with_an_unknown_key(shop: Ecrm) -> None:
    hint = complained(
        shop, "business:\n  name: X\n  timezon: UTC\n", "timezon", 3, "business.timezon"
    )
    assert "timezone" in hint


def test_config_with_a_wrong_type(shop: Ecrm) -> None:
    complained(shop, "pace:\n  per_second: fast\n", "must be a number, not text", 2,
               "pace.per_second")  # fmt: skip


def test_config_with_a_bad_zone(shop: Ecrm) -> None:
    hint = complained(
        shop, "business:\n  timezone: Europe/Belgrad\n", "Europe/Belgrad", 2, "business.timezone"
    )
    assert "Europe/Belgrade" in hint


def segment(shop: Ecrm, text: str) -> None:
    """Write the segment ``odd``."""
    (shop.folder / "segments" / "odd.yaml").write_text(text)


ASKED = (
    ("segment", "count", "odd"), ("segment", "members", "odd"), ("segment", "check", "odd"),
    ("segment", "explain", "odd", "ana@example.org"),
    ("consent", "grant", "--segment", "odd", "--topic", "offers", "--basis", "consent"),
)  # fmt: skip


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_a_segment_naming_an_unknown_field(shop: Ecrm, command: tuple[str, ...]) -> None:
    segment(shop, "description: Odd\nall:\n  - cuntry: RS\n")
    with untouched(shop):
        answer = shop(*command, "--json", "--no-input")
    assert answer.code == 3, answer
    said = answer.stdout + answer.stderr
    assert "cuntry" in said
    assert "country" in said
    assert "odd.yaml" in said


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
@pytest.mark.parametrize("through", ["itself", "another"])
def test_a_segment_naming_itself(shop: Ecrm, command: tuple[str, ...], through: str) -> None:
    inner = "odd" if through == "itself" else "even"
    segment(shop, f"description: Odd\nall:\n  - segment: {inner}\n")
    (shop.folder / "segments" / "even.yaml").write_text("description: Even\nnot: {segment: odd}\n")
    with untouched(shop):
        answer = shop(*command, "--json", "--no-input")
    assert answer.code == 3, answer
    assert "odd" in answer.stdout + answer.stderr
    assert "recursion" not in (answer.stdout + answer.stderr).lower()
