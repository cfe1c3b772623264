"""How mail leaves, asked and tried before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecrm_cli.core.ask import Ask
from ecrm_cli.core.secrets import keep_in_env
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.upkeep.config import changed_settings
from ecrm_cli.upkeep.questions import PASSWORD, USER, VARIABLE, ask_mail, ask_password


@dataclass(frozen=True)
class MailPlan:
    """The settings to write, and the password when it was typed just now."""

    changes: dict[str, Any]
    typed: str | None = None


def plan_mail(ask: Ask, given: Mapping[str, str | None], now: Mapping[str, Any]) -> MailPlan:
    """Ask how mail leaves; ``given`` and ``now`` map keys to flags and to what is set.

    Raises DataError, NotAllowed.
    """
    changes = ask_mail(ask, given, now)
    if not changes.get(USER.key):
        return MailPlan(changes)
    reference, typed = ask_password(ask, given.get(PASSWORD), now[PASSWORD])
    return MailPlan({**changes, PASSWORD: reference}, typed)


def prove(plan: MailPlan, workspace: Workspace, environment: Mapping[str, str]) -> str | None:
    """Connect to the server of the plan; return its name, or None where mail goes to a folder.

    Raises ServerRefused, SecretMissing, OpenSecret, DataError.
    """
    from ecrm_cli.upkeep.probe import try_server

    settings = changed_settings(workspace, plan.changes)
    if settings.mail.transport != "smtp":
        return None
    smtp, password = settings.mail.smtp, plan.typed
    if smtp.user and smtp.password and password is None:
        password = settings.secret(smtp.password, environment)
    try_server(smtp, password)
    return smtp.host


def keep_password(plan: MailPlan, workspace: Workspace) -> None:
    """Put a password that was typed into ``.ecrm/env``. Raises CannotWrite, DiskFull."""
    if plan.typed is not None:
        keep_in_env(workspace.env, VARIABLE, plan.typed)
