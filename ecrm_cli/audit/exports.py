from __future__ import annotations

from collections.abc import Sequence

from ecrm_cli.core.app import App


def note(door: App, command: str, contacts: Sequence[int] = ()) -> None:
    return


def settle_waiting(door: App) -> None:
    return
