"""``ecrm import`` at the front door."""

from __future__ import annotations

import pytest

from tests.door import Ecrm

PEOPLE = "email,name,city\nana@example.org,Ana,\nben@example.org,Ben,Niš\nbad,Cveta,\n"
KEYS = {"batch", "kind", "rows", "added", "updated", "unchanged", "rejected", "warnings"}


@pytest.fixture
def people(ecrm: Ecrm) -> str:
    """A file of two people and one who is rejected."""
    (ecrm.folder / "people.csv").write_text(PEOPLE)
    return "people.csv"


def test_the_summary_in_words(ecrm: Ecrm, people: str) -> None:
    answer = ecrm("import", "contacts", people)
    assert answer.code == 6
    lines = answer.stdout.splitlines()
    assert lines[0] == "Import I-1: people.csv, read as plain-contacts (source file)"
    assert lines[1] == "3 rows: 2 added, 0 updated, 0 unchanged, 1 rejected"
    assert lines[2].startswith("  line 4, column email: this is not an e-mail address:")
    assert lines[-2] == "Nobody may be mailed yet: no consent is recorded."
    assert lines[-1] == "Next: ecrm import rejects I-1"
    assert "1 of 3 rows were rejected" in answer.stderr


def test_the_summary_for_scripts(ecrm: Ecrm, people: str) -> None:
    answer = ecrm("import", "contacts", people, "--json")
    told = answer.json
    assert told.keys() >= KEYS
    assert (told["batch"], told["kind"], told["rows"]) == (1, "contacts", 3)
    assert (answer.code, answer.error["kind"]) == (6, "partly-done")
    again = ecrm("import", "contacts", people, "--json")
    assert (again.code, again.json["unchanged"], again.json["batch"]) == (0, 3, 1)


def test_a_dry_run_for_scripts(ecrm: Ecrm, people: str) -> None:
    answer = ecrm("import", "contacts", people, "--dry-run", "--json")
    assert answer.code == 6
    assert answer.json.keys() >= KEYS | {"changes"}
    assert (answer.json["batch"], answer.json["added"]) == (None, 2)
    assert ecrm("import", "list", "--json").json == []
    words = ecrm("import", "contacts", people, "-n").stdout.splitlines()
    assert words[0].startswith("Dry run, nothing written: people.csv")
    assert words[-1] == "Next: run it again without --dry-run"


def test_a_file_may_come_through_a_pipe(ecrm: Ecrm) -> None:
    answer = ecrm("import", "contacts", "-", "--json", stdin="email\nana@example.org\n")
    assert (answer.code, answer.json["file"], answer.json["added"]) == (0, "stdin", 1)
    nothing = ecrm("import", "contacts", "-", "--json")
    assert (nothing.code, nothing.error["message"]) == (3, "stdin: the file is empty.")


def test_consent_is_told_and_the_next_command(ecrm: Ecrm) -> None:
    (ecrm.folder / "p.csv").write_text("email,consent\nana@example.org,yes\nben@example.org,no\n")
    lines = ecrm(
        "import", "contacts", "p.csv", "--consent-topic", "offers", "--consent-basis", "consent"
    ).stdout.splitlines()
    assert lines[2] == (
        "Consent recorded for 1; 0 had given it; left alone: 0 who withdrew, 0 suppressed, "
        "1 who say no in the file"
    )
    assert lines[3].startswith("May be mailed about offers: 1. Not: 1 without consent")
    assert lines[-1] == "Next: ecrm segment list"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--consent-topic", "offers"), 2, "--consent-topic and --consent-basis go together"),
        (
            ("--consent-topic", "ofers", "--consent-basis", "consent"),
            4,
            "There is no topic 'ofers'",
        ),
        (("--consent-topic", "offers", "--consent-basis", "hope"), 2, "There is no basis 'hope'"),
        (("--map", "email"), 2, "--map email is not FIELD=COLUMN"),
        (("--map", "=email"), 2, "--map =email is not FIELD=COLUMN"),
        (("--map", "emial=email"), 3, "There is no field 'emial'"),
        (("--map", "email=mial"), 3, "the file has no column 'mial'"),
        (("--preset", "shopfy-customers"), 4, "There is no preset 'shopfy-customers'"),
        (("--encoding", "klingon"), 3, "there is no encoding 'klingon'"),
    ],
)
def test_an_option_that_cannot_be_is_said_and_nothing_comes_in(
    ecrm: Ecrm, people: str, options: tuple[str, ...], code: int, words: str
) -> None:
    answer = ecrm("import", "contacts", people, *options, "--json")
    assert (answer.code, answer.stdout) == (code, "")
    assert words in answer.error["message"]
    assert ecrm("contact", "list", "--json").json == []


def test_imports_are_listed_and_shown(ecrm: Ecrm, people: str) -> None:
    ecrm("import", "contacts", people)
    (row,) = ecrm("import", "list", "--json").json
    assert row.keys() >= {"batch", "file", "sha256", "kind", "at", "actor", "rows", "undone_at"}
    for name in ("I-1", "i1", "#1", "1"):
        assert ecrm("import", "show", name, "--json").json == row
    rejects = ecrm("import", "rejects", "1", "--json").json
    assert [(reject["line"], reject["column"], reject["raw"]) for reject in rejects] == [
        (4, "email", "bad,Cveta,")
    ]
    assert rejects[0].keys() == {"line", "column", "reason", "raw"}


@pytest.mark.parametrize(
    ("name", "code"), [("I-9", 4), ("9", 4), ("x", 2), ("²", 2), ("9" * 40, 2)]
)
def test_an_import_that_is_not_there(ecrm: Ecrm, name: str, code: int) -> None:
    for command in ("show", "rejects"):
        answer = ecrm("import", command, name, "--json")
        assert (answer.code, answer.stdout) == (code, "")
        assert "ecrm import list" in answer.error["hint"]


def test_presets_are_listed_with_what_they_are_for(ecrm: Ecrm) -> None:
    rows = ecrm("import", "presets", "--json").json
    assert {row["preset"] for row in rows} >= {"shopify-customers", "listmonk", "keila", "cdnow"}
    assert all(row["made_for"] and row["kind"] in ("contacts", "orders") for row in rows)


def test_what_a_file_holds_never_reaches_the_terminal_raw(ecrm: Ecrm) -> None:
    (ecrm.folder / "p.csv").write_text(
        "email,name\nbad\x1b[31m,A\nana@example.org,\x1b]0;x\x07Ana\n"
    )
    answer = ecrm("import", "contacts", "p.csv")
    assert "\x1b" not in answer.stdout + answer.stderr + ecrm("contact", "list").stdout
