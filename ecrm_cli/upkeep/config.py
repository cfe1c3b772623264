"""The settings by their keys: looked at, checked, changed in place with their comments kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import inspect

from ecrm_cli.audit.ops import record
from ecrm_cli.core.errors import DataError, NotFound, Place
from ecrm_cli.core.settings import Sections, Settings, settings_of
from ecrm_cli.core.store import Store
from ecrm_cli.core.system import replace_file
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.core.yamlfile import Document, parse, read
from ecrm_cli.upkeep.splice import spliced

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]+)?")


class TwistedLayout(DataError):
    """A file whose layout does not let one value be changed safely."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(
            f"{key} cannot be changed in {path} without touching something else.",
            hint="Change it in an editor, then run ecrm config check.",
            place=Place(path, key=key),
        )


def unknown_setting(key: str) -> NotFound:
    """Make the error for a key that is no setting; a block's keys are offered."""
    inside = [name for name in setting_types() if name.startswith(f"{key}.")]
    if inside:
        return NotFound(
            f"{key} is a block, not one setting.",
            hint=f"Name one of {', '.join(inside)}.",
            matches=inside,
        )
    return NotFound.named("setting", key, setting_types())


def setting_types() -> dict[str, inspect.Type]:
    """Return every setting's dotted key and type, in the order of the sections."""
    return dict(_leaves(inspect.type_info(Sections), ""))


def _leaves(kind: inspect.Type, above: str) -> Iterator[tuple[str, inspect.Type]]:
    if not isinstance(kind, inspect.StructType):
        yield above, kind
        return
    for field in kind.fields:
        yield from _leaves(field.type, f"{above}.{field.encode_name}".removeprefix("."))


def setting_rows(settings: Sections) -> list[dict[str, Any]]:
    """Return ``key, value, default`` (whether it is the default) of every setting."""
    defaults = Sections()
    rows = []
    for key in setting_types():
        value = value_of(settings, key)
        rows.append({"key": key, "value": value, "default": value == value_of(defaults, key)})
    return rows


def value_of(settings: Sections, key: str) -> Any:
    """Return one setting: text, number, list or None. Raises NotFound with close names."""
    from msgspec import to_builtins

    if key not in setting_types():
        raise unknown_setting(key)
    found: Any = to_builtins({name: getattr(settings, name) for name in Sections.__struct_fields__})
    for part in key.split("."):
        found = found[part]
    if isinstance(found, tuple):
        return list(found)
    return int(found) if isinstance(found, float) and found.is_integer() else found


def value_from(key: str, text: str) -> Any:
    """Turn what stands on a command line into a value of the setting's type.

    A list is written ``a,b`` or ``[a, b]``; nothing at all empties a setting that may be empty.
    What does not fit stays text, for the check to complain of. Raises NotFound.
    """
    types = setting_types()
    if key not in types:
        raise unknown_setting(key)
    kind = types[key]
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    if not text and any(isinstance(one, inspect.NoneType) for one in kinds):
        return None
    if any(isinstance(one, inspect.VarTupleType) for one in kinds):
        parts = text.strip().removeprefix("[").removesuffix("]").split(",")
        return [part.strip(" \"'") for part in parts if part.strip()]
    if any(isinstance(one, inspect.IntType | inspect.FloatType) for one in kinds):
        found = _NUMBER.fullmatch(text)
        return text if not found else float(text) if found[1] else int(text)
    return text


def check_value(key: str, value: Any) -> None:
    """Refuse a value that its setting cannot have. Raises DataError naming the key."""
    alone = spliced(parse("", key), key.split("."), value)
    try:
        settings_of(parse(alone, key), Workspace(Path()))
    except DataError as error:
        error.place = Place(key=error.place.key or key)
        raise


def changed_text(document: Document, changes: Mapping[str, Any]) -> str:
    """Return the document's text with the settings changed. Raises DataError, TwistedLayout."""
    for key, value in changes.items():
        check_value(key, value)
        if at(document, key) == value:
            continue
        try:
            document = parse(spliced(document, key.split("."), value), document.label)
        except ValueError:
            raise TwistedLayout(Path(document.label), key) from None
    return document.text


def changed_settings(workspace: Workspace, changes: Mapping[str, Any]) -> Settings:
    """Return what the settings would be; nothing is written. Raises DataError."""
    text = changed_text(read(workspace.config), changes)
    return settings_of(parse(text, str(workspace.config)), workspace)


def change(
    workspace: Workspace,
    changes: Mapping[str, Any],
    command: str,
    now: datetime,
    store: Store | None,
) -> dict[str, Any]:
    """Change settings in config.yaml, whole or not at all; return those that are other now.

    With a store the change is in the audit as ``command``. A file that was wrong elsewhere before
    stays so. Raises DataError, TwistedLayout, CannotWrite, DiskFull.
    """
    document = read(workspace.config)
    text = changed_text(document, changes)
    after = parse(text, document.label)
    changed = {key: at(after, key) for key in changes if at(after, key) != at(document, key)}
    if text == document.text:
        return changed
    with store.transaction() if store else nullcontext():
        if store:
            record(store, now, command, {"changed": changed})
        replace_file(workspace.config, text)
    return changed


def at(document: Document, key: str) -> Any:
    """Return what a document says at a dotted key, or None."""
    data = document.data
    for part in key.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data
