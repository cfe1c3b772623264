"""Campaign files: what may stand in them, and where a wrong thing stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_cli.campaigns import files
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import DataError, NotFound
from ecrm_cli.core.yamlfile import read as read_yaml
from tests.campaigns.conftest import SPRING, Write
from tests.door import Ecrm


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        (SPRING + "subjekt: x\n", 5, "subjekt", "no key 'subjekt'"),
        (SPRING.replace("topic: offers\n", ""), 1, None, "'topic' is missing"),
        (SPRING.replace("segment: everybody", "segment: 3"), 3, "segment", "must be text"),
        (SPRING + "exclude: vip\n", 5, "exclude", "must be a list"),
        (SPRING + "subject: again\n", 5, "subject", "already on line 1"),
        (SPRING.replace('subject: "', "subject: ").replace('here"', "here"), 1, "subject",
         "no quotes"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(
    tmp_path: Path, text: str, line: int, key: str | None, words: str
) -> None:
    path = tmp_path / "spring.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words) as caught:
        files.read(tmp_path, "spring")
    assert caught.value.place.file == str(path)
    assert (caught.value.place.line, caught.value.place.key) == (line, key)


@pytest.mark.parametrize(
    ("old", "new", "key", "match"),
    [
        ("segment: everybody", "segment: everybdy", "segment", "everybody"),
        ("topic: offers", "topic: offer", "topic", "offers"),
        ("template: spring.html.j2", "template: sprig.html.j2", "template", "spring.html.j2"),
        ("topic: offers", "topic: offers\nexclude: [vip, vup]", "exclude[1]", "vip"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_the_near_one(
    bare: Ecrm, write: Write, bare_app: App, old: str, new: str, key: str, match: str
) -> None:
    write("campaigns/spring.yaml", SPRING.replace(old, new))
    (problem,) = files.problems(files.read(bare.folder / "campaigns", "spring"), bare_app.settings)
    assert problem.place.key == key
    assert match in problem.matches


def test_a_template_that_is_no_page_is_told_where_it_is_named(
    bare: Ecrm, write: Write, bare_app: App
) -> None:
    write("campaigns/spring.yaml", SPRING.replace("spring.html.j2", "spring"))
    (problem,) = files.problems(files.read(bare.folder / "campaigns", "spring"), bare_app.settings)
    assert problem.place.line == 2
    assert ".html.j2" in problem.hint


def test_a_sender_that_is_no_address_is_told(bare: Ecrm, write: Write, bare_app: App) -> None:
    write("campaigns/spring.yaml", SPRING + "from: Zrno\n")
    (problem,) = files.problems(files.read(bare.folder / "campaigns", "spring"), bare_app.settings)
    assert (problem.place.line, problem.place.key) == (5, "from")


def test_a_campaign_that_is_not_there_offers_near_names(bare: Ecrm) -> None:
    with pytest.raises(NotFound) as caught:
        files.read(bare.folder / "campaigns", "sprang")
    assert caught.value.matches == ["spring"]


@pytest.mark.parametrize(
    "subject", ["Hello", 'She said "hi": {{ x }}', "Пролеће # не", "a\\b", "- a", "true", "12"]
)
def test_what_is_written_reads_back(tmp_path: Path, subject: str) -> None:
    values = {"subject": subject, "template": "a.html.j2", "segment": "vip", "topic": "offers"}
    path = files.write(tmp_path, "hello", values)
    assert read_yaml(path).data == values


@pytest.mark.parametrize("name", ["", "../spring", "a b", "пролеће", "a" * 65, ".hidden"])
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(files.BadName):
        files.write(tmp_path, name, {"subject": "x"})


def test_a_campaign_is_never_written_over(tmp_path: Path) -> None:
    files.write(tmp_path, "hello", {"subject": "x"})
    with pytest.raises(files.CampaignExists):
        files.write(tmp_path, "hello", {"subject": "y"})
    assert "x" in (tmp_path / "hello.yaml").read_text(encoding="utf-8")
