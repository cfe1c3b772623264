"""Files that cannot be read: each has its sentence and code, and the book stays as it was."""

from __future__ import annotations

import codecs
import random

import pytest

from tests.door import Answer, Ecrm
from tests.house.harm import (
    TRACES,
    ended,
    has_come_to_the_book,
    held,
    refused,
    started,
    untouched,
    wait_for,
)


def brought(shop: Ecrm, content: bytes | str, *options: str, kind: str = "contacts") -> Answer:
    """Import a file of this content."""
    path = shop.folder / "new.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return shop("import", kind, "new.csv", *options, "--json")


def test_missing_file(shop: Ecrm) -> None:
    with untouched(shop):
        error = refused(
            shop("import", "contacts", "peeple.csv", "--json"), 4, "There is no file peeple.csv"
        )
    assert error["matches"][0] == "people.csv"
    assert "Did you mean people.csv" in error["hint"]


def test_a_directory(shop: Ecrm) -> None:
    with untouched(shop):
        refused(shop("import", "contacts", "segments", "--json"), 3, "segments", "this is a folder")


@pytest.mark.parametrize("content", [b"", codecs.BOM_UTF8, b"\n\n \n"])
def test_empty_file(shop: Ecrm, content: bytes) -> None:
    with untouched(shop):
        error = refused(brought(shop, content), 3, "new.csv: the file")
    assert error["file"] == "new.csv"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "this is a picture"),
        (b"PK\x03\x04" + bytes(100), "this is a spreadsheet or a zip archive"),
        (b"%PDF-1.7\n", "this is a PDF"),
        (b"\x1f\x8b\x08\x00", "this is a gzip archive"),
        (random.Random(1).randbytes(10_000), "new.csv:"),
        (bytes(range(1, 256)) * 100, "the text is not UTF-8"),
    ],
    ids=["picture", "spreadsheet", "PDF", "gzip", "random", "every byte"],
)
def test_binary_file(shop: Ecrm, content: bytes, words: str) -> None:
    with untouched(shop):
        error = refused(brought(shop, content), 3, words)
    assert error["hint"]


@pytest.mark.parametrize(
    "content", ["email,name\n", "email,name", "email,name\n\n,\n", "[]", '[{"email": ""}]']
)
def test_header_only(shop: Ecrm, content: str) -> None:
    with untouched(shop, *(TRACES if "{" in content else ())):
        answer = brought(shop, content)
    assert answer.code == (6 if "{" in content else 3)
    assert answer.error["kind"] == ("partly-done" if "{" in content else "bad-data")


def test_no_identifying_column(shop: Ecrm) -> None:
    with untouched(shop):
        error = refused(
            brought(shop, "name,city\nAna,Niš\n"), 3, "no column holds an e-mail, a phone or an id",
            "name, city",
        )  # fmt: skip
    assert "--map email=COLUMN" in error["hint"]


@pytest.mark.parametrize("place", ["header", "row", "only", "JSON"])
def test_a_ten_megabyte_line(shop: Ecrm, place: str) -> None:
    long = "x" * 10_000_000
    content = {
        "header": f"email,{long}\nana@example.org,1\n",
        "row": f"email,note\nc@example.org,{long}\nd@example.org,1\n",
        "only": long,
        "JSON": f'[{{"email": "c@example.org", "note": "{long}"}}]',
    }[place]
    with untouched(shop):
        error = refused(brought(shop, content), 3, "the line is longer than 2,000,000 bytes")
    assert error["line"] == (2 if place == "row" else 1)


@pytest.mark.parametrize(
    "content", [b"email\nana\x00@example.org\n", b"email\n\nok@example.org\n\x00"]
)
def test_nul_bytes(shop: Ecrm, content: bytes) -> None:
    with untouched(shop):
        error = refused(brought(shop, content), 3, "there is a NUL byte")
    assert error["line"] == (2 if content.startswith(b"email\nana") else 4)


def test_wrong_encoding(shop: Ecrm) -> None:
    content = "email,name\nc@example.org,Petrović\n"
    with untouched(shop):
        error = refused(brought(shop, content.encode("cp1250")), 3, "csv:2: the text is not UTF-8")
        assert (error["line"], "--encoding" in error["hint"]) == (2, True)
        refused(brought(shop, content.encode("utf-16-le")), 3, "there is a NUL byte")
        # A mark of one encoding before a text in another.
        refused(brought(shop, codecs.BOM_UTF16_BE + content.encode("utf-32-le")), 3, "new.csv")
        refused(
            brought(shop, content, "--encoding", "klingon"), 3, "there is no encoding 'klingon'"
        )
        refused(brought(shop, content, "--encoding", "utf-16"), 3, "the text is not")
    assert brought(shop, content.encode("cp1250"), "--encoding", "cp1250").json["added"] == 1


def test_duplicate_headers(shop: Ecrm) -> None:
    with untouched(shop):
        error = refused(
            brought(shop, "email,name,Email\na@example.org,A,b@example.org\n"), 3,
            "the header has 'Email' twice, in columns 1 and 3",
        )  # fmt: skip
    assert (error["file"], error["line"]) == ("new.csv", 1)


def test_ragged_rows(shop: Ecrm) -> None:
    with untouched(shop, *TRACES):
        answer = brought(shop, "email,name\nc@example.org\nd@example.org,D,more\n")
    assert (answer.code, answer.error["kind"]) == (6, "partly-done")
    assert (answer.json["rows"], answer.json["rejected"]) == (2, 2)
    rejects = shop("import", "rejects", str(answer.json["batch"]), "--json").json
    assert [(row["line"], row["raw"]) for row in rejects] == [
        (2, "c@example.org"), (3, "d@example.org,D,more")
    ]  # fmt: skip
    assert rejects[0]["reason"] == "the line has 1 cells, the header 2"


def test_a_file_that_changes_while_read(shop: Ecrm) -> None:
    """The file is measured, the import waits for the book; meanwhile somebody writes into it."""
    path = shop.folder / "growing.csv"
    path.write_text("email\nc@example.org\n")
    with untouched(shop):
        with held(shop.folder / "crm.duckdb"):
            running = started(shop, "import", "contacts", path.name, "--json", "--wait", "60s")
            wait_for(lambda: has_come_to_the_book(running))
            with path.open("a") as file:
                file.write("d@example.org\n")
        refused(ended(running), 5, "growing.csv changed while it was being read")


@pytest.mark.parametrize(
    "words",
    [
        ("contact", "find", "a\udcffb"),
        ("contact", "add", "--email", "\udce9@example.org"),
        ("import", "contacts", "\udcff.csv"),
        ("-C", "\udcff", "contact", "list"),
        ("\udcff",),
    ],
    ids=lambda words: words[0],
)
def test_a_word_that_is_not_utf_8(shop: Ecrm, words: tuple[str, ...]) -> None:
    with untouched(shop):
        error = refused(shop(*words, "--json"), 2, "not text in UTF-8")
    assert error["hint"]


def test_bytes_typed_at_a_shell_that_are_not_utf_8(shop: Ecrm) -> None:
    said = shop.process("contact", "find", "caf\udce9")
    assert (said.code, said.stdout) == (2, "")
    assert said.stderr.startswith("Error: 'caf\\xe9' on the command line is not text in UTF-8.\n")
