"""App: the one object a command is handed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ecrm_cli.core.ask import Ask
from ecrm_cli.core.output import Output
from ecrm_cli.core.system import who

if TYPE_CHECKING:
    from ecrm_cli.core.settings import Settings
    from ecrm_cli.core.store import Opening, Store
    from ecrm_cli.core.workspace import Workspace

# An import may use half of its 1.5 GiB budget: the engine takes 1.3 to 1.5 times its limit.
IMPORT_MEMORY = "768MB"
# What may be large and is done beside other work has less: a run frozen, 512 MiB.
MODEST_MEMORY = "320MB"


@dataclass(frozen=True)
class App:
    """What a command may use: settings, the store, the writer, the questions, the time.

    ``now`` is an aware UTC datetime; ``wait`` is how long to wait for the store, in seconds.
    """

    out: Output
    ask: Ask
    now: datetime
    environment: Mapping[str, str]
    folder: Path | None = None
    wait: float = 10.0
    yes: bool = False
    actor: str = field(default_factory=who)

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace this command works in; raises NoWorkspace."""
        from ecrm_cli.core.workspace import find_workspace

        return find_workspace(Path.cwd(), self.folder, self.environment)

    @cached_property
    def settings(self) -> Settings:
        """The workspace's config.yaml, read and checked."""
        from ecrm_cli.core.settings import read_settings

        return read_settings(self.workspace)

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """Open the store to read; nothing of the machine can be reached from it."""
        from ecrm_cli.core.migrations import check_schema
        from ecrm_cli.core.store import open_store

        with open_store(self._opening(read_only=True)) as store:
            check_schema(store)
            yield store

    @contextmanager
    def writing(self, *, files: bool = False, memory: str | None = None) -> Iterator[Store]:
        """Open the store to write, its schema brought up to date.

        With ``files`` the engine may read files of the machine: an import needs that. ``memory``
        is what the engine may take before it uses the disk.
        """
        from ecrm_cli.core.migrations import migrate
        from ecrm_cli.core.store import open_store

        opening = self._opening(read_only=False, files=files)
        with open_store(replace(opening, memory=memory or opening.memory)) as store:
            migrate(store, self.now)
            yield store

    def _opening(self, *, read_only: bool, files: bool = False) -> Opening:
        from ecrm_cli.core.store import Opening

        place = self.workspace
        opening = Opening(
            path=place.database,
            scratch=place.scratch,
            spool=place.spool,
            read_only=read_only,
            wait=self.wait,
            actor=self.actor,
            sealed=not files,
        )
        return replace(opening, memory=IMPORT_MEMORY) if files else opening
