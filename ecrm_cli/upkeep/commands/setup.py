"""``ecrm setup``: questions whose answers are tried and written into config.yaml."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ecrm_cli.cli import ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.upkeep.commands.config import book, words_of
from ecrm_cli.upkeep.commands.flags import (
    CountryFlag,
    CurrencyFlag,
    FromFlag,
    LanguagesFlag,
    NameFlag,
    ShowFlag,
    TimezoneFlag,
    business_given,
)
from ecrm_cli.upkeep.config import change, setting_rows
from ecrm_cli.upkeep.loyalty_setup import EARN, PER, ROUNDING, VALUE, ask_points, reckoned
from ecrm_cli.upkeep.mail_setup import keep_password, plan_mail, prove
from ecrm_cli.upkeep.questions import ADDRESS, HOST, PASSWORD, PORT, SENDER, USER, ask_business

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Answer questions and write a block of config.",
)

AddressFlag = Annotated[str | None, typer.Option("--postal-address", help="On one line.")]
TransportFlag = Annotated[str | None, typer.Option("--transport", help="folder or smtp.")]
HostFlag = Annotated[str | None, typer.Option("--host", help="The mail server's name.")]
PortFlag = Annotated[str | None, typer.Option("--port", help="587 (starttls) or 465 (tls).")]
SecurityFlag = Annotated[str | None, typer.Option("--security", help="starttls, tls or none.")]
UserFlag = Annotated[str | None, typer.Option("--user", help="Who logs in.")]
PasswordFlag = Annotated[
    str | None,
    typer.Option("--password", help="Where it is kept: ${NAME}, keyring:NAME or file:PATH."),
]
PerFlag = Annotated[str | None, typer.Option("--per", help='For every: such as "100 RSD".')]
EarnFlag = Annotated[str | None, typer.Option("--earn", help="How many points for it.")]
ValueFlag = Annotated[str | None, typer.Option("--value", help='One is worth, such as "3 RSD".')]
RoundingFlag = Annotated[str | None, typer.Option("--rounding", help="down, up or nearest.")]
NoTestFlag = Annotated[bool, typer.Option("--no-test", help="Do not try the server.")]


@app.command("business", cls=ListCommand)
def business(
    ctx: typer.Context,
    name: NameFlag = None,
    postal_address: AddressFlag = None,
    country: CountryFlag = None,
    timezone: TimezoneFlag = None,
    currency: CurrencyFlag = None,
    languages: LanguagesFlag = None,
    show: ShowFlag = False,
) -> None:
    """Ask who you are and where.

    Example: ecrm setup business --postal-address "1 Main St, Novi Sad"
    """
    door: App = ctx.obj
    if not show:
        given = business_given(name, country, timezone, currency, languages)
        given |= {ADDRESS.key: postal_address}
        write(door, "setup business", ask_business(door.ask, given, set_now(door)))
    show_block(door, "business")


@app.command("mail", cls=ListCommand)
def mail(
    ctx: typer.Context,
    transport: TransportFlag = None,
    sender: FromFlag = None,
    host: HostFlag = None,
    port: PortFlag = None,
    security: SecurityFlag = None,
    user: UserFlag = None,
    password: PasswordFlag = None,
    no_test: NoTestFlag = False,
    show: ShowFlag = False,
) -> None:
    """Ask how mail leaves, and try the server.

    Example: ecrm setup mail --transport smtp --host mail.example --user shop
    """
    door: App = ctx.obj
    given = {"mail.transport": transport, SENDER.key: sender, HOST.key: host, PORT.key: port}
    given |= {"mail.smtp.security": security, USER.key: user, PASSWORD: password}
    if not show:
        plan = plan_mail(door.ask, given, set_now(door))
        if not no_test and (server := prove(plan, door.workspace, door.environment)):
            door.out.note(f"{server} took us.")
        keep_password(plan, door.workspace)
        write(door, "setup mail", plan.changes)
    show_block(door, "mail")


@app.command("loyalty", cls=ListCommand)
def loyalty(
    ctx: typer.Context,
    per: PerFlag = None,
    earn: EarnFlag = None,
    value: ValueFlag = None,
    rounding: RoundingFlag = None,
    show: ShowFlag = False,
) -> None:
    """Ask for the points programme, and say what it would have cost last year.

    Example: ecrm setup loyalty --per "100 RSD" --value "3 RSD"
    """
    door: App = ctx.obj
    given = {PER.key: per, EARN.key: earn, VALUE.key: value, ROUNDING: rounding}
    if not show:
        plan = ask_points(door.ask, given, set_now(door))
        door.out.note(reckoned(door, plan))
        if not door.ask.interactive or door.ask.confirm("Write this programme?", default=True):
            write(door, "setup loyalty", plan)
    show_block(door, "loyalty")


def set_now(door: App) -> dict[str, Any]:
    """Return what is set, by key."""
    return {row["key"]: row["value"] for row in setting_rows(door.settings)}


def write(door: App, command: str, changes: Mapping[str, Any]) -> None:
    """Write the answers that differ from what is set."""
    now = set_now(door)
    other = {key: value for key, value in changes.items() if value != now[key]}
    with book(door) as store:
        change(door.workspace, other, command, door.now, store)
    for key in other:
        door.out.note(f"{key} is now {words_of(other[key]) or 'empty'}.")


def show_block(door: App, block: str) -> None:
    """Print the settings of a block as they stand in the file now."""
    from ecrm_cli.core.settings import read_settings

    rows = setting_rows(read_settings(door.workspace))
    shown = [row for row in rows if row["key"].startswith(f"{block}.")]
    door.out.rows(shown, columns=["key", "value", "default"])
