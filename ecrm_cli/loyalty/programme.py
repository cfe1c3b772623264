"""The points programme that config.yaml describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrm_cli.core.money import read_money
from ecrm_cli.loyalty.model import NoProgramme, Programme

if TYPE_CHECKING:
    from ecrm_cli.core.settings import Points, Settings


def programme_of(settings: Settings) -> Programme:
    """Return the programme; raises NoProgramme, or DataError with line and key when half made."""
    from ecrm_cli.core.settings_checks import programme_problems
    from ecrm_cli.core.yamlfile import read

    points = settings.loyalty.points
    config = settings.workspace.config
    if points.per is None and points.value is None:
        raise NoProgramme(config.name)
    for problem in programme_problems(read(config), points):
        raise problem
    return _made(points, config.name)


def known_programme(settings: Settings) -> Programme | None:
    """Return the programme, or None where there is none; raises DataError when it is half made."""
    points = settings.loyalty.points
    return None if points.per is None and points.value is None else programme_of(settings)


def _made(points: Points, file: str) -> Programme:
    per, value = read_money(points.per or ""), read_money(points.value or "")
    if per is None or value is None:
        raise NoProgramme(file)
    return Programme(per, points.earn, value, points.rounding)
