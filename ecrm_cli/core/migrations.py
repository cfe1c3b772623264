"""The data model's files, applied in order, once each; a reader only checks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path

from ecrm_cli.core.errors import DataError, Place
from ecrm_cli.core.queries import ROOMS
from ecrm_cli.core.store import Row, Store

SCHEMA = ROOMS / "schema"


class NewerStore(DataError):
    """The database was written by a newer program."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(
            f"{path} was written by a newer ecrm (it has {name}, which this one does not know).",
            hint="Install the newer ecrm; this one would not understand what it reads.",
            place=Place(path),
        )


class ChangedSchema(DataError):
    """A file of the data model is not the one that the database was made with."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(
            f"{path} was made with another {name} than the one in this ecrm.",
            hint="Install the ecrm it was made with. A released schema file never changes.",
            place=Place(path),
        )


class OlderStore(DataError):
    """A reader met a database that a writer must bring up to date first."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(
            f"{path} was written by an older ecrm and lacks {name}.",
            hint="Run ecrm init in its folder: it brings the database up to date.",
            place=Place(path),
        )


class ForeignStore(DataError):
    """A DuckDB file that is not ours."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is a database, but not one of ecrm.",
            hint="Move it away and run ecrm init, or put your own crm.duckdb back.",
            place=Place(path),
        )


@dataclass(frozen=True)
class SchemaFile:
    """One step of the data model."""

    number: int
    name: str
    text: str
    checksum: str


def schema_files(folder: Path = SCHEMA) -> list[SchemaFile]:
    """Return the files of the data model in their order."""
    return [_read(path) for path in sorted(folder.glob("[0-9]*.sql"))]


def _read(path: Path) -> SchemaFile:
    # A checkout with other line ends is still the same schema.
    text = path.read_text(encoding="utf-8")
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return SchemaFile(int(path.name.partition("_")[0]), path.name, text, checksum)


def pending(store: Store, files: list[SchemaFile] | None = None) -> list[SchemaFile]:
    """Return the files that the database has not seen.

    Raises NewerStore, ChangedSchema, ForeignStore.
    """
    known = {file.number: file for file in files or schema_files()}
    for applied in _applied(store):
        file = known.pop(applied["number"], None)
        if file is None:
            raise NewerStore(store.opening.path, applied["name"])
        if file.checksum != applied["checksum"]:
            raise ChangedSchema(store.opening.path, file.name)
    return list(known.values())


def _applied(store: Store) -> list[Row]:
    applied = store.rows_if_known("core.applied_files")
    if applied is not None:
        return sorted(applied, key=itemgetter("number"))
    everything = store.one("core.all_tables")
    if everything and everything["tables"]:
        raise ForeignStore(store.opening.path)
    return []


def check_schema(store: Store) -> None:
    """Refuse a database that this program does not fit; never changes it.

    Raises OlderStore, NewerStore, ChangedSchema, ForeignStore.
    """
    for file in pending(store):
        raise OlderStore(store.opening.path, file.name)


def migrate(store: Store, now: datetime, files: list[SchemaFile] | None = None) -> list[str]:
    """Apply what is missing, each file in one transaction; return their names.

    Raises NewerStore, ChangedSchema, ForeignStore.
    """
    missing = pending(store, files)
    for file in missing:
        with store.transaction():
            store.script(file.text)
            store.run(
                "core.record_file",
                number=file.number,
                name=file.name,
                checksum=file.checksum,
                applied_at=now,
            )
    return [file.name for file in missing]
