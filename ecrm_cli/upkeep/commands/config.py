"""``ecrm config``: the settings, looked at and changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.core.store import Store
from ecrm_cli.upkeep.config import change, setting_rows, value_from, value_of
from ecrm_cli.upkeep.config_findings import findings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Look at and change config.yaml.",
)

Key = Annotated[str, typer.Argument(metavar="KEY", help="Such as business.timezone.")]
Value = Annotated[
    str, typer.Argument(metavar="VALUE", help="A list is written a,b; an empty text empties.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")]


@app.command("show", cls=ListCommand)
def show(ctx: typer.Context) -> None:
    """Show every setting and whether it is the default.

    Example: ecrm config show
    """
    door: App = ctx.obj
    door.out.rows(setting_rows(door.settings), columns=["key", "value", "default"])


@app.command("get", cls=Command)
def get(ctx: typer.Context, key: Key) -> None:
    """Print one setting.

    Example: ecrm config get business.currency
    """
    door: App = ctx.obj
    value = value_of(door.settings, key)
    door.out.thing({"key": key, "value": value}, words=[words_of(value)])


@app.command("set", cls=Command)
def set_value(ctx: typer.Context, key: Key, value: Value) -> None:
    """Change one setting in config.yaml; comments stay.

    Example: ecrm config set business.country RS
    """
    door: App = ctx.obj
    wanted = value_from(key, value)
    with book(door) as store:
        changed = change(door.workspace, {key: wanted}, "config set", door.now, store)
    said = "is now" if changed else "was already"
    door.out.thing(
        {"key": key, "value": wanted, "changed": bool(changed)},
        words=[f"{key} {said} {words_of(wanted) or 'empty'}."],
    )


@app.command("check", cls=Command)
def check(ctx: typer.Context, strict: Strict = False) -> int:
    """Tell what is wrong with config.yaml, with the line.

    Example: ecrm config check --strict
    """
    door: App = ctx.obj
    found = findings(door.workspace, door.environment)
    failed = any(strict or finding["severity"] == "error" for finding in found)
    lines = [
        f"{finding['severity'].title()}: {', '.join([*finding['examples'], finding['message']])}"
        f" {finding['hint'] or ''}".rstrip()
        for finding in found
    ]
    door.out.thing({"ok": not failed, "findings": found}, words=lines or ["Nothing is wrong."])
    return 3 if failed else 0


@app.command("path", cls=Command)
def path(ctx: typer.Context) -> None:
    """Print where config.yaml is.

    Example: ecrm config path
    """
    door: App = ctx.obj
    where = str(door.workspace.config)
    door.out.thing({"path": where}, words=[where])


def words_of(value: object) -> str:
    """Write a setting's value as it is written on a command line."""
    if isinstance(value, list | tuple):
        return ",".join(str(item) for item in value)
    return "" if value is None else str(value)


@contextmanager
def book(door: App) -> Iterator[Store | None]:
    """Open the store for the audit; before there is one, nothing is audited."""
    if not door.workspace.database.exists():
        yield None
        return
    with door.writing() as store:
        yield store
