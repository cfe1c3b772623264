"""The same file again, a dry run, and what an import leaves written of itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ecrm_cli.audit import ops as audit
from ecrm_cli.intake import ops, words
from ecrm_cli.intake.readers.text import ChangedWhileRead
from ecrm_cli.intake.scratch import scratch_folder
from tests.desk import Desk, consent, counts, csv_of
from tests.door import NOW
from tests.dump import dump

THREE = csv_of("email,name,city", "ana@example.org,Ana,", "ben@example.org,Ben,Niš", "bad,,")


def test_an_import_writes_down_what_it_did(desk: Desk) -> None:
    done = desk.contacts(THREE)
    (row,) = ops.batches(desk.store)
    assert (row["batch"], row["ref"], row["kind"], row["file"]) == (
        1,
        "I-1",
        "contacts",
        "file-1.csv",
    )
    assert row["sha256"] == hashlib.sha256(THREE.encode()).hexdigest()
    assert (row["rows"], row["added"], row["updated"], row["unchanged"], row["rejected"]) == (
        3,
        2,
        0,
        0,
        1,
    )
    assert (row["preset"], row["source"], row["actor"]) == ("plain-contacts", "file", "tester")
    assert (row["at"], row["undone_at"]) == (NOW, None)
    assert ops.rejected(desk.store, 1) == [
        {"line": 4, "column": "email", "reason": done.rejects[0].reason, "raw": "bad,,"}
    ]
    (entry,) = audit.list_entries(desk.store)
    assert entry["command"] == "import contacts"


def test_the_same_bytes_are_not_read_twice(desk: Desk) -> None:
    desk.contacts(THREE)
    done = desk.contacts(THREE)
    assert (done.batch, done.earlier, counts(done)) == (1, 1, (0, 0, 3, 0))
    assert len(ops.batches(desk.store)) == 1
    (line,) = words.lines(done)
    assert (
        line == "file-1.csv is already in the book, as import I-1: 3 rows unchanged. "
        "--again reads it anyway."
    )


def test_again_reads_them_anyway(desk: Desk) -> None:
    desk.contacts(THREE)
    done = desk.contacts(THREE, again=True)
    assert (done.batch, done.earlier, counts(done)) == (2, None, (0, 0, 2, 1))


@pytest.mark.parametrize(
    "options",
    [{"source": "till"}, {"mapped": {"company": "city"}}, {"preset": "plain-contacts"},
     {"encoding": "utf-8"}, {"agreement": consent()}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_other_options_make_it_another_import(desk: Desk, options: dict[str, object]) -> None:
    desk.contacts(THREE)
    assert desk.contacts(THREE, **options).batch == 2


def test_a_batch_that_was_undone_can_come_in_again(desk: Desk) -> None:
    desk.contacts(THREE)
    desk.rows("UPDATE import_batch SET undone_at = imported_at")
    assert desk.contacts(THREE).batch == 2


def test_a_dry_run_changes_nothing_and_tells_everything(desk: Desk) -> None:
    desk.contacts(csv_of("email,name", "ana@example.org,Ana"))
    path = desk.store.opening.path
    text = csv_of("id,email,phone,city,tags", "7,ana@example.org,064 123 4567,Niš,vip",
                  ",ben@example.org,,,", ",bad,,,")  # fmt: skip
    before = dump(path)
    dry = desk.contacts(text, dry_run=True, agreement=consent())
    assert dump(path) == before
    real = desk.contacts(text, agreement=consent())
    assert (dry.batch, real.batch) == (None, 2)
    assert counts(dry) == counts(real) == (1, 1, 0, 1)
    assert (dry.warnings, dry.consent, dry.rejects) == (real.warnings, real.consent, real.rejects)
    assert dry.mailable == real.mailable
    assert dry.changes == [
        {"contact": 1, "field": "city", "before": None, "after": "Niš", "line": 2},
        {"contact": 1, "field": "external", "before": None, "after": "file:7", "line": 2},
        {"contact": 1, "field": "phone", "before": None, "after": "+381641234567", "line": 2},
        {"contact": 1, "field": "tag", "before": None, "after": "vip", "line": 2},
    ]
    assert words.as_dict(dry).keys() - words.as_dict(real).keys() == {"changes", "rejects"}


def test_a_dry_run_of_a_known_file_has_no_batch_and_no_changes(desk: Desk) -> None:
    desk.contacts(THREE)
    dry = desk.contacts(THREE, dry_run=True)
    assert (dry.batch, dry.earlier, dry.changes, counts(dry)) == (None, 1, [], (0, 0, 3, 0))


def test_a_dry_run_of_orders_changes_nothing(desk: Desk) -> None:
    text = csv_of("order_id,date,email,total", "1,2026-01-01,ana@example.org,5", "2,soon,,5")
    before = dump(desk.store.opening.path)
    dry = desk.orders(text, dry_run=True)
    assert dump(desk.store.opening.path) == before
    assert counts(dry) == counts(desk.orders(text)) == (1, 0, 0, 1)


def test_a_file_that_changes_between_measuring_and_reading_is_refused(desk: Desk) -> None:
    path = desk.file(THREE)
    before = dump(desk.store.opening.path)
    for change in ("ben@example.org,,\n", None):
        with scratch_folder(desk.folder / "scratch") as scratch:
            prepared = ops.prepare(desk.job("contacts", path), scratch, desk.presets)
            if change is None:
                path.unlink()
            else:
                with path.open("a") as file:
                    file.write(change)
            with pytest.raises(ChangedWhileRead, match="changed while it was being read") as caught:
                ops.run(desk.store, NOW, prepared, desk.home, scratch)
        assert caught.value.code == 5
    assert dump(desk.store.opening.path) == before


def test_lines_of_a_large_file_keep_their_numbers(desk: Desk) -> None:
    """The engine reads with several threads; a reject names its line all the same."""
    filler = "x" * 400
    lines = [f"p{number}@example.org,{filler}" for number in range(2, 40_002)]
    wrong = (3, 9_999, 25_000, 40_001)
    for line in wrong:
        lines[line - 2] = f"bad {line},{filler}"
    done = desk.contacts(csv_of("email,note", *lines))
    assert counts(done) == (39_996, 0, 0, 4)
    assert [(reject.line, reject.raw.split(",")[0]) for reject in done.rejects] == [
        (line, f"bad {line}") for line in wrong
    ]


def test_a_killed_imports_leavings_are_cleared_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "tmp" / "import-999999999"
    left.mkdir(parents=True)
    (left / "records.csv").write_text("x")
    (tmp_path / "tmp" / "import-abc").mkdir()
    with scratch_folder(tmp_path / "tmp") as scratch:
        assert scratch.is_dir()
        assert not left.exists()
    assert sorted(path.name for path in (tmp_path / "tmp").iterdir()) == ["import-abc"]
