"""The complaint about a setting, with its place in config.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.yamlfile import Document


class BadSetting(DataError):
    """A setting of the right type that makes no sense."""


def bad(
    document: Document, key: str, said: str, hint: str = "", near: Sequence[str] = ()
) -> BadSetting:
    """Return the complaint about the setting at a dotted ``key``."""
    path = tuple(int(part) if part.isdigit() else part for part in key.split("."))
    return BadSetting(said, hint=hint, place=document.place(*path), matches=near)
