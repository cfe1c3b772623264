"""A book made from a shop's export files, and the terms its figures are asked on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_cli.core.calendar import read_moment
from ecrm_cli.core.store import Opening, Store, open_store
from ecrm_cli.orders import ops as orders
from ecrm_cli.orders import till
from ecrm_cli.orders.model import NewRefund
from ecrm_cli.reports.period import Said
from ecrm_cli.reports.terms import Home, Looking, Terms, read_terms
from tests.desk import Desk, consent
from tests.door import NOW
from tests.reports.plain import Export, made, text_of

ZONE = "Europe/Belgrade"


def terms(folder: Path, said: Said, looking: Looking | None = None) -> Terms:
    """Return terms in a workspace of Belgrade."""
    return read_terms(said, said, looking or Looking(), NOW, Home(ZONE, "RSD", folder))


def bring(desk: Desk, store: Store, export: Export) -> None:
    """Import the files, and type the refunds of later days."""
    agreed = [row for row in export.people if row["agreed"] == "True"]
    others = [row for row in export.people if row["agreed"] != "True"]
    desk.contacts(text_of(agreed, "agreed"), agreement=consent())
    desk.contacts(text_of(others, "agreed"))
    assert desk.orders(text_of(export.orders)).rejected == 0
    for row in export.refunds:
        when = read_moment(row["date"], NOW, ZONE)
        order = orders.find(store, f"file:{row['order']}")
        till.refund(store, NOW, order, NewRefund(Decimal(row["amount"]), when))


@pytest.fixture(scope="session")
def export() -> Export:
    """A shop's files."""
    return made(7)


@pytest.fixture(scope="session")
def book_file(
    tmp_path_factory: pytest.TempPathFactory, migrated_file: Path, export: Export
) -> Path:
    """A database with these files brought into it, made once; copy it."""
    folder = tmp_path_factory.mktemp("book")
    path = Path(shutil.copyfile(migrated_file, folder / "crm.duckdb"))
    with open_store(Opening(path, folder / "scratch", actor="tester", sealed=False)) as store:
        bring(Desk(store, folder), store, export)
    return path


@pytest.fixture
def book(tmp_path: Path, book_file: Path) -> Iterator[Store]:
    """A store with these files in it."""
    path = Path(shutil.copyfile(book_file, tmp_path / "book.duckdb"))
    with open_store(Opening(path, tmp_path / "scratch", actor="tester", sealed=False)) as store:
        yield store
