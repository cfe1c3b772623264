"""Files as people have them: dialects, encodings, quotes, and the line numbers of what is wrong."""

from __future__ import annotations

import codecs
import json
import os
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import NotFound
from ecrm_cli.intake.readers.record import Unreadable
from tests.desk import Desk, counts, csv_of

PEOPLE = [("ana@example.org", "Ana Petrović"), ("ben@example.org", "Ben, the 2nd")]


def read(desk: Desk) -> list[tuple[Any, Any]]:
    return [
        (row["email"], " ".join(part for part in (row["given_name"], row["family_name"]) if part))
        for row in contacts.pages(desk.store)
    ]


def delimited(sign: str, end: str = "\n") -> str:
    rows = [("email", "first name", "last name"), ("ana@example.org", "Ana", "Petrović")]
    rows.append(("ben@example.org", f'"Ben{sign}x"', f'"say ""hi""{sign}!"'))
    return end.join(sign.join(row) for row in rows) + end


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_delimiter_and_a_line_end_are_found_out(desk: Desk, sign: str, end: str) -> None:
    assert counts(desk.contacts(delimited(sign, end))) == (2, 0, 0, 0)
    assert read(desk) == [
        ("ana@example.org", "Ana Petrović"), ("ben@example.org", f'Ben{sign}x say "hi"{sign}!')
    ]  # fmt: skip


def test_a_last_line_without_an_end_is_a_line(desk: Desk) -> None:
    assert counts(desk.contacts("email\nana@example.org\nben@example.org")) == (2, 0, 0, 0)


ENCODED = "email;name\r\nana@example.org;Ana Petrović\r\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (ENCODED.encode(), None),
        (codecs.BOM_UTF8 + ENCODED.encode(), None),
        (codecs.BOM_UTF16_LE + ENCODED.encode("utf-16-le"), None),
        (codecs.BOM_UTF16_BE + ENCODED.encode("utf-16-be"), None),
        (codecs.BOM_UTF32_LE + ENCODED.encode("utf-32-le"), None),
        (ENCODED.encode("cp1250"), "cp1250"),
        (ENCODED.encode("utf-16-le"), "utf-16-le"),
        (ENCODED.encode(), "UTF8"),
    ],
    ids=["UTF-8", "BOM", "UTF-16 LE", "UTF-16 BE", "UTF-32", "named", "named without BOM", "said"],
)
def test_an_encoding_is_known_by_its_mark_or_named(
    desk: Desk, content: bytes, encoding: str | None
) -> None:
    desk.contacts(content, encoding=encoding)
    assert read(desk) == [("ana@example.org", "Ana Petrović")]
    assert desk.values("SELECT raw FROM identity") == ["ana@example.org"]


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "undefined", "hex", ""])
def test_an_encoding_that_is_none_is_said(desk: Desk, name: str) -> None:
    with pytest.raises(Unreadable, match=f"there is no encoding {name!r}") as caught:
        desk.contacts(ENCODED, encoding=name)
    assert "cp1252" in caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "ascii", "utf-8"])
def test_a_text_that_is_not_in_the_named_encoding_is_refused(desk: Desk, encoding: str) -> None:
    with pytest.raises(Unreadable, match="the text is not"):
        desk.contacts(ENCODED.encode("cp1250"), encoding=encoding)


def test_the_line_that_is_not_utf_8_is_named(desk: Desk) -> None:
    lines = [f"p{number}@example.org,Ana".encode() for number in range(40_000)]
    lines[30_000] = b"x@example.org,Petrovi\xe6"
    with pytest.raises(Unreadable, match=":30002: the text is not UTF-8") as caught:
        desk.contacts(b"email,name\n" + b"\n".join(lines))
    assert caught.value.place.line == 30_002
    assert "--encoding cp1252" in caught.value.hint


def test_a_cell_may_hold_line_ends_and_what_is_wrong_below_keeps_its_line(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("email,street,city", 'ana@example.org,"Glavna 1\nulaz 2\n\nstan 3",Novi Sad',
               "bad,x,y", '"ben@example.org","a\r\nb",z', "worse,x,y")
    )  # fmt: skip
    assert [(reject.line, reject.raw) for reject in done.rejects] == [
        (6, "bad,x,y"),
        (9, "worse,x,y"),
    ]
    assert desk.values("SELECT street FROM contact ORDER BY contact_id") == [
        "Glavna 1\nulaz 2\n\nstan 3", "a\r\nb"
    ]  # fmt: skip


def test_headers_in_between_and_empty_lines_are_no_rows(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("", "email,name", "ana@example.org,Ana", "", "email,name", "  ", ",",
               "ben@example.org,Ben", '"email","name"', "bad,x", ",,")
    )  # fmt: skip
    assert counts(done) == (2, 0, 0, 1)
    assert [reject.line for reject in done.rejects] == [10]


@pytest.mark.parametrize("tail", ["\n", ",\n", " , \n", ","])
def test_a_row_of_empty_cells_is_no_row_whoever_reads_it(desk: Desk, tail: str) -> None:
    assert counts(desk.contacts("email,name\nana@example.org,Ana\n" + tail)) == (1, 0, 0, 0)


def test_a_row_of_another_width_is_rejected_and_the_others_come_in(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("email,name,city", "ana@example.org,Ana,Novi Sad", "ben@example.org,Ben",
               "cveta@example.org,Cveta,Niš,more", "dejan@example.org,Dejan,Niš,,")
    )  # fmt: skip
    assert counts(done) == (2, 0, 0, 2)
    assert [(reject.line, reject.reason) for reject in done.rejects] == [
        (3, "the line has 2 cells, the header 3"), (4, "the line has 4 cells, the header 3")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('ben@example.org, "Ben"', "there is a quote after a space in column 'name'"),
        ('ben@example.org,  "Ben"', "there is a quote after a space in column 'name'"),
        (' "ben@example.org",Ben', "there is a quote after a space in column 'email'"),
        ('ben@example.org,"Ben"x', "the quotes of this line do not match"),
    ],
)
def test_a_row_with_a_stray_quote_is_rejected(desk: Desk, row: str, reason: str) -> None:
    done = desk.contacts(csv_of("email,name", "ana@example.org,Ana", row, "c@example.org,C"))
    assert counts(done) == (2, 0, 0, 1)
    (reject,) = done.rejects
    assert (reject.line, reject.raw) == (3, row)
    assert reject.reason.startswith(reason)


def test_a_quote_inside_a_word_is_part_of_it(desk: Desk) -> None:
    desk.contacts(csv_of("email,name", 'ana@example.org,Ana 5" Petrović'))
    assert read(desk) == [("ana@example.org", 'Ana 5" Petrović')]


def test_a_quote_that_never_closes_is_refused_with_its_line(desk: Desk) -> None:
    with pytest.raises(Unreadable, match=":3: a quote opens here that never closes") as caught:
        desk.contacts(
            csv_of("email,name", "ana@example.org,Ana", 'ben@example.org,"Ben', "c@e.org,C")
        )
    assert caught.value.code == 3
    assert contacts.count(desk.store) == 0


def test_a_row_that_is_too_long_is_rejected(desk: Desk) -> None:
    long = "\n".join("x" * 100_000 for _ in range(6))
    done = desk.contacts(f'email,name\nana@example.org,Ana\nben@example.org,"{long}"\n')
    assert counts(done) == (1, 0, 0, 1)
    assert "longer than 500,000 characters" in done.rejects[0].reason


@pytest.mark.parametrize(
    "name", ["export[1].csv", "a*b.csv", "people (1).csv", "it's.csv", "p.csv.gz"]
)
def test_a_file_may_have_any_name(desk: Desk, name: str) -> None:
    path = desk.folder / name
    path.write_text("email\nana@example.org\n")
    (desk.folder / "aXb.csv").write_text("email\nother@example.org\n")
    assert counts(desk.contacts(path)) == (1, 0, 0, 0)


def test_a_pipe_is_read_like_a_file(desk: Desk) -> None:
    path = desk.folder / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("email\nana@example.org\n",))
    writer.start()
    try:
        assert counts(desk.contacts(path)) == (1, 0, 0, 0)
    finally:
        writer.join()


def test_a_mistyped_file_is_answered_with_those_like_it(desk: Desk) -> None:
    (desk.folder / "customers.csv").write_text("email\n")
    with pytest.raises(NotFound, match="There is no file") as caught:
        desk.contacts(desk.folder / "custmers.csv")
    assert caught.value.matches == ["customers.csv"]


@pytest.mark.parametrize(
    "place", ["missing/x.csv", "there/x.csv", "loop", "n" * 300], ids=lambda place: place[:8]
)
def test_a_path_that_leads_nowhere_is_said(desk: Desk, place: str) -> None:
    (desk.folder / "there").write_text("a file")
    (desk.folder / "loop").symlink_to(desk.folder / "loop")
    with pytest.raises((NotFound, Unreadable), match=r"There is no file|it cannot be read"):
        desk.contacts(desk.folder / place)


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_objects_is_a_table(desk: Desk, indent: int | None) -> None:
    people: list[Any] = [
        {
            "email": "ana@example.org",
            "name": "Ana",
            "address": {"city": "Novi Sad"},
            "tags": ["a", "b"],
        },
        {"email": "ben@example.org", "points": 12345678901234567890, "rate": 0.10, "active": True},
        "no object",
        {"email": "bad", "name": None},
    ]
    done = desk.contacts(json.dumps(people, indent=indent, ensure_ascii=False))
    assert counts(done) == (2, 0, 0, 2)
    assert done.rejects[0].reason == "this is not an object with fields"
    assert [reject.line for reject in done.rejects] == ([3, 4] if indent is None else [19, 20])
    kept = [
        json.loads(row) if row else None for row in desk.values("SELECT attributes FROM contact")
    ]
    assert kept == [
        {"address_city": "Novi Sad"},
        {"points": "12345678901234567890", "rate": "0.1", "active": "true"},
    ]
    assert desk.values("SELECT tag FROM current_tag ORDER BY tag") == ["a", "b"]


def test_a_line_an_object_is_a_table_too(desk: Desk) -> None:
    done = desk.contacts(
        csv_of('{"email": "ana@example.org", "name": "Ana Petrović"}', "", "{broken", "[1]",
               '{"email": "ben@example.org", "name": "Ben, the 2nd"}')
    )  # fmt: skip
    assert counts(done) == (2, 0, 0, 2)
    assert [(reject.line, reject.raw) for reject in done.rejects] == [(3, "{broken"), (4, "[1]")]
    assert "this is not JSON" in done.rejects[0].reason


def test_one_object_over_several_lines_is_one_row(desk: Desk) -> None:
    assert counts(desk.contacts('\n{\n "email": "ana@example.org"\n}\n')) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, '[{"email": "a@b.org"', "{", "[}"]
)
def test_json_that_cannot_be_held_or_is_cut_off_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(Unreadable, match="this is not JSON"):
        desk.contacts(text)


@pytest.mark.parametrize("character", ["\\ud800", "\\u0000"])
def test_an_object_with_what_is_no_text_is_rejected(desk: Desk, character: str) -> None:
    done = desk.contacts(
        f'[{{"email": "ana@example.org"}}, {{"email": "b@x.org", "n": "{character}"}}]'
    )
    assert counts(done) == (1, 0, 0, 1)
    assert done.rejects[0].reason == "there is a character that is no text"


def test_numbers_of_json_stay_as_they_are_written(desk: Desk) -> None:
    desk.contacts(f'[{{"email": "ana@example.org", "n": {"1" * 5000}, "m": 1.10}}]')
    (kept,) = desk.values("SELECT attributes FROM contact")
    assert json.loads(kept) == {"n": "1" * 5000, "m": "1.10"}


SPACED = """
  customer_id date number_of_cds dollar_value
 00001 19970101 1 11.77

 00002  19970112   1  12.00
 00002 19970112 5 77.00 extra
customer_id date number_of_cds dollar_value
 00003 19970102 2
 00001 19970101 1 11.77
"""


def test_columns_set_apart_by_spaces_are_read_by_their_preset(desk: Desk) -> None:
    done = desk.orders(SPACED)
    assert (done.preset, done.source) == ("cdnow", "cdnow")
    assert counts(done) == (3, 0, 0, 2)
    assert [(reject.line, reject.reason) for reject in done.rejects] == [
        (6, "the line has 5 words, the header 4"), (8, "the line has 3 words, the header 4")
    ]  # fmt: skip
    assert sum(desk.values("SELECT total FROM orders")) == Decimal("35.54")


def test_a_file_in_another_place_is_the_same_file(desk: Desk, tmp_path: Path) -> None:
    first = desk.contacts(csv_of("email", "ana@example.org"))
    second = desk.contacts(csv_of("email", "ana@example.org"))
    assert (first.batch, second.batch, second.earlier) == (1, 1, 1)
