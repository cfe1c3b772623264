"""Segments that name each other, and rules given on the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_cli.core.errors import DataError, NotFound
from ecrm_cli.segments import library
from ecrm_cli.segments.complaints import NoSuchSegment, SegmentLoop
from ecrm_cli.segments.model import AnyOf, Leaf, Named, leaves


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a few segments."""
    texts = {
        "staff": "tag: staff",
        "locals": "country: RS",
        "buyers": "all:\n  - orders.count: {gte: 1}\n  - not: {segment: staff}\n",
        "either": "segment: [staff, locals]",
        "self": "not: {segment: self}",
        "one": "all:\n  - tag: a\n  - segment: two\n",
        "two": "any:\n  - segment: three\n",
        "three": "segment: one",
        "lost": "segment: stafff",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "notes.txt").write_text("no segment")
    return tmp_path


def test_a_segment_holds_the_conditions_of_those_it_names(folder: Path) -> None:
    rule = library.named(folder, "buyers")
    assert [leaf.field for leaf in leaves(rule.part)] == ["orders.count", "tag"]


def test_a_list_of_segments_is_any_of_them(folder: Path) -> None:
    part = library.named(folder, "either").part
    assert isinstance(part, AnyOf)
    assert [one.name for one in part.parts if isinstance(one, Named)] == ["staff", "locals"]


def test_a_segment_that_names_itself_is_refused(folder: Path) -> None:
    with pytest.raises(SegmentLoop, match=r"The segment self names itself\.") as caught:
        library.named(folder, "self")
    assert caught.value.place.line == 1


def test_a_loop_through_others_is_refused_with_its_chain(folder: Path) -> None:
    with pytest.raises(SegmentLoop, match="one → two → three → one") as caught:
        library.named(folder, "one")
    assert caught.value.place.file == str(folder / "three.yaml")
    with pytest.raises(SegmentLoop, match="two → three → one → two"):
        library.named(folder, "two")


def test_a_rule_on_the_line_that_leads_into_a_loop_is_refused(folder: Path) -> None:
    with pytest.raises(SegmentLoop, match="one → two → three → one"):
        library.written(folder, "segment: one")


def test_a_name_nobody_has_is_bad_data_in_a_file_and_not_found_on_the_line(folder: Path) -> None:
    with pytest.raises(NoSuchSegment, match="no segment 'stafff'") as inside:
        library.named(folder, "lost")
    assert (inside.value.code, inside.value.matches) == (3, ["staff"])
    with pytest.raises(NotFound) as outside:
        library.named(folder, "buyer")
    assert (outside.value.code, outside.value.matches) == (4, ["buyers"])


@pytest.mark.parametrize("name", ["../secret", "notes", "notes.txt", "", "/etc/passwd"])
def test_only_segments_of_the_folder_can_be_named(folder: Path, name: str) -> None:
    with pytest.raises(NotFound):
        library.named(folder, name)


def test_a_rule_may_stand_on_the_line_or_in_a_file(folder: Path, tmp_path: Path) -> None:
    inline = library.written(folder, "{tag: staff}")
    file = library.written(folder, str(folder / "staff.yaml"))
    assert isinstance(inline.part, Leaf)
    assert inline.part == file.part
    assert (inline.name, file.name) == (None, None)


def test_a_file_that_is_not_there_is_not_found(folder: Path) -> None:
    with pytest.raises(NotFound, match="There is no file nowhere"):
        library.written(folder, "nowhere.yaml")


def test_a_segment_that_is_not_text_is_said_to_be_that(folder: Path) -> None:
    (folder / "raw.yaml").write_bytes(b"tag: \xff\xfe")
    with pytest.raises(DataError, match="UTF-8"):
        library.named(folder, "raw")
