"""What every named statement must be."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecrm_cli.core.queries import Query, query, read_queries
from ecrm_cli.core.store import Opening, Store, open_store
from tests.house.book import (
    FOUR,
    all_queries,
    bare,
    is_staging,
    place,
    room_queries,
    rooms,
    sources,
    tree_of,
)

_COMMENT = re.compile(r"--[^\n]*")
NAMED = re.compile(r"[a-z]+\.[a-z_0-9]+")


@pytest.fixture(scope="module")
def staged(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with every staging table and macro of the house, made once: nothing is put in."""
    folder = tmp_path_factory.mktemp("staged")
    shutil.copyfile(migrated_file, folder / "crm.duckdb")
    with open_store(Opening(folder / "crm.duckdb", folder / "scratch", sealed=False)) as store:
        make_stages(store, folder)
        yield store


@pytest.mark.parametrize("room", rooms())
def test_every_statement_of_a_room_is_understood_by_the_engine(
    staged: Store, room: str, tmp_path: Path
) -> None:
    for each in room_queries(room):
        # A setting has no plan; it is understood when it can be set.
        asked = each if each.text.startswith("SET ") else query(each.name, f"EXPLAIN {each.text}")
        staged.rows(asked, **dict.fromkeys(each.parameters) | file_to_read(each, tmp_path))


def file_to_read(each: Query, folder: Path) -> dict[str, object]:
    """Return the parameters of a statement that reads a file: the engine opens it to explain."""
    text = _COMMENT.sub("", each.text)
    if "read_csv(" not in text:
        return {}
    columns = ["email"]
    columns += ["line", "fault"] if "fault" in text else []
    columns += ["extra_1"] if "extra_" in text else []
    path = folder / "one.csv"
    path.write_text(",".join("1" for _ in columns))
    given = {
        "path": str(path),
        "columns": dict.fromkeys(columns, "VARCHAR"),
        "delimiter": ",",
        "header_line": 0,
    }
    return {name: value for name, value in given.items() if name in each.parameters}


def test_a_statement_with_a_wrong_name_in_it_would_be_found(store: Store) -> None:
    wrong = query(
        "house.wrong", "EXPLAIN SELECT given_nmae FROM contact WHERE contact_id = $contact_id"
    )
    with pytest.raises(Exception, match="given_nmae"):
        store.rows(wrong, contact_id=None)


def make_stages(store: Store, folder: Path) -> None:
    """Make every staging table and macro of the house, each once those it needs are there."""
    waiting = [each for each in all_queries() if is_staging(each)]
    while waiting:
        left = [each for each in waiting if not _made(store, each, folder)]
        assert len(left) < len(waiting), f"cannot be made: {[each.name for each in left]}"
        waiting = left


def _made(store: Store, each: Query, folder: Path) -> bool:
    import duckdb

    try:
        store.run(each, **dict.fromkeys(each.parameters) | file_to_read(each, folder))
    except duckdb.CatalogException:
        return False
    return True


def test_every_statement_is_used() -> None:
    used = {name for path in sources() for name in _names_in(tree_of(path))}
    kept = {
        f"{room}.{short}"
        for room in rooms()
        for short in read_queries(room)
        if not re.match(rf"({'|'.join(FOUR)})(_|$)", short)
    }
    assert sorted(kept - used) == []


def test_every_name_in_the_source_is_a_statement() -> None:
    known = {each.name for each in all_queries()}
    asked = {
        (place(path), name)
        for path in sources()
        if path.name != "cli.py"  # its table names modules in the same form
        for name in _names_in(tree_of(path))
        if name.partition(".")[0] in rooms() and not name.endswith(".csv")
    }
    assert asked, "no statement is named anywhere"
    assert sorted((file, name) for file, name in asked if name not in known) == []


def _names_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and NAMED.fullmatch(node.value)
        ):
            yield node.value


def test_values_are_parameters_and_never_numbered() -> None:
    numbered = re.compile(r"\$\d|\?(?!\?)|%s|\{\w*\}")
    assert [each.name for each in all_queries() if numbered.search(bare(each.text))] == []


def test_a_list_of_contacts_is_read_in_pages() -> None:
    """Rows of people leave the engine a page at a time, or for contacts that were named."""
    read = [each for room in rooms() for each in read_queries(room).values()]
    assert [each.name for each in read if _returns_everybody(each)] == []


def _returns_everybody(each: Query) -> bool:
    text = bare(each.text)
    reads = re.match(r"\s*(SELECT|WITH|FROM)\b", text, re.IGNORECASE)
    of_people = re.search(r"\b(FROM|JOIN)\s+(contact|identity)\b", text, re.IGNORECASE)
    if not reads or not of_people:
        return False
    paged = re.search(r"\bLIMIT\s+(\$\w+|\d+)", text, re.IGNORECASE)
    named = each.parameters & {"contact_id", "contact_ids", "value", "merged", "survivor", "words"}
    summed = re.search(r"\b(count|sum|min|max|avg|median)\s*\(", text, re.IGNORECASE)
    return not (paged or named or summed)
