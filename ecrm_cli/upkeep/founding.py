"""Making a workspace: the folder, its files, an empty database; what is there is left alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ecrm_cli.audit.ops import record
from ecrm_cli.core.errors import Conflict
from ecrm_cli.core.migrations import migrate, pending
from ecrm_cli.core.store import Opening, create_store, open_store
from ecrm_cli.core.system import PRIVATE_DIR, PRIVATE_FILE, not_written, replace_file, set_mode
from ecrm_cli.core.workspace import Workspace, shipped
from ecrm_cli.core.yamlfile import parse
from ecrm_cli.upkeep.config import changed_text

STARTER = Path(__file__).parent / "starter"
IGNORED = """\
# Customers' data, mail and keys stay out of git.
crm.duckdb
crm.duckdb.wal
outbox/
.ecrm/
"""


class NotAFolder(Conflict):
    """The name of the new workspace is taken by a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is a file.", hint="Name a folder, or none for this one.")


@dataclass(frozen=True)
class Founding:
    """What was made and what was found: names relative to ``root``."""

    root: Path
    written: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def found(
    root: Path, answers: Mapping[str, Any], now: datetime, actor: str, wait: float = 10.0
) -> Founding:
    """Make the workspace ``root``, with the settings ``answers`` (by dotted key).

    Every file that is there is left as it is. config.yaml comes last: without it the folder is no
    workspace yet, and the same command ends what was interrupted. ``wait`` in seconds.
    Raises NotAFolder, CannotWrite, DiskFull, Busy, DataError.
    """
    place = Workspace(root)
    made = Founding(root)
    config = parse(shipped("config.example.yaml").read_text(encoding="utf-8"), str(place.config))
    text = changed_text(config, answers)
    _make_folders(place)
    _write(made, place.secret, secrets.token_hex(32) + "\n")
    _write(made, root / ".gitignore", IGNORED)
    for folder in (place.segments, place.campaigns):
        for file in sorted((STARTER / folder.name).glob("*.yaml")):
            _write(made, folder / file.name, file.read_text(encoding="utf-8"))
    letters = shipped("templates")
    for file in sorted([*letters.glob("*.j2"), *letters.glob("service/*.j2")]):
        _write(made, place.templates / file.relative_to(letters), file.read_text(encoding="utf-8"))
    _make_database(made, place, Opening(place.database, place.scratch, wait=wait, actor=actor), now)
    _write(made, place.config, text)
    return made


def _make_folders(place: Workspace) -> None:
    folders = (
        place.root,
        place.segments,
        place.campaigns,
        place.templates,
        place.templates / "service",
        place.presets,
        place.outbox,
        place.state,
        place.spool,
        place.logs,
        place.scratch,
    )
    for folder in folders:
        try:
            folder.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            inside = (folder, *folder.parents)
            raise NotAFolder(next(path for path in inside if path.exists())) from None
        except OSError as error:
            raise not_written(folder, error) from error


def _write(made: Founding, path: Path, text: str) -> None:
    name = str(path.relative_to(made.root))
    if path.exists() or path.is_symlink():
        made.left.append(name)
        return
    replace_file(path, text)
    made.written.append(name)


def _make_database(made: Founding, place: Workspace, opening: Opening, now: datetime) -> None:
    if place.database.exists():
        made.left.append(place.database.name)
        _bring_up_to_date(opening, now)
        return
    # Made aside and moved here whole: a half-made database is worse than none.
    draft = place.scratch / f"new-{os.getpid()}.duckdb"
    try:
        create_store(draft)
        set_mode(draft, PRIVATE_FILE)
        with open_store(Opening(draft, place.scratch, actor=opening.actor)) as store:
            migrate(store, now)
            record(store, now, "init", {"folder": place.root.name})
        draft.rename(place.database)
    except OSError as error:
        raise not_written(place.database, error) from error
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)
    made.written.append(place.database.name)


def _bring_up_to_date(opening: Opening, now: datetime) -> None:
    with open_store(Opening(**{**vars(opening), "read_only": True})) as store:
        missing = pending(store)
    if missing:
        with open_store(opening) as store:
            names = migrate(store, now)
            record(store, now, "init", {"schema": names})
