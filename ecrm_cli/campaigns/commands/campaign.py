"""The commands that send a campaign, and those that stop it."""

from typing import Annotated

import typer

from ecrm_cli.campaigns.commands import acts, sending, words
from ecrm_cli.campaigns.commands.asking import Contact, Name, app
from ecrm_cli.campaigns.commands.sending import Going
from ecrm_cli.campaigns.planning import Wish
from ecrm_cli.cli import Command
from ecrm_cli.core.app import App

__all__ = ["app"]

Yes = Annotated[bool, typer.Option("-y", "--yes", help="Proceed without being asked.")]
Again = Annotated[bool, typer.Option("--again", help="Mail those whom no run has reached.")]
IncludeSent = Annotated[
    bool, typer.Option("--include-sent", help="With --again: mail everybody once more.")
]
Confirm = Annotated[
    int | None, typer.Option("--confirm", metavar="COUNT", help="How many that are.")
]
Most = Annotated[
    int | None,
    typer.Option("--max-recipients", metavar="N", min=1, help="Refuse to mail more than these."),
]
SkipBroken = Annotated[
    bool, typer.Option("--skip-broken", help="Leave out those for whom the template fails.")
]
WithChanges = Annotated[
    bool, typer.Option("--with-changes", help="Go on with the words and the rule of today.")
]
Resend = Annotated[
    bool, typer.Option("--resend-unknown", help="Send those in doubt again: some get it twice.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="ADDRESS", help="Instead of the sender's address.")
]
As = Annotated[str, typer.Option("--as", metavar="sent|failed", help="What became of them.")]
Messages = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Numbers of messages; - reads them from stdin.")
]


@app.command("test", cls=Command)
def try_campaign(ctx: typer.Context, name: Name, contact: Contact = None, to: To = None) -> None:
    """Send one message to yourself, as somebody would get it.

    Example: ecrm campaign test spring --contact ana@example.org
    """
    door: App = ctx.obj
    found = sending.try_out(door, name, contact, to)
    door.out.thing(found, words=words.tested)


@app.command("send", cls=Command)
def send_campaign(
    ctx: typer.Context,
    name: Name,
    yes: Yes = False,
    again: Again = False,
    include_sent: IncludeSent = False,
    confirm: Confirm = None,
    most: Most = None,
    skip_broken: SkipBroken = False,
) -> None:
    """Send a campaign, or go on with a run that has not ended.

    Example: ecrm campaign send spring --yes
    """
    door: App = ctx.obj
    limit = door.settings.mail.max_recipients
    acts.check_wish(again=again, include_sent=include_sent)
    wish = Wish(again, include_sent, confirm, most, limit, skip_broken)
    sending.send(door, name, wish, yes=yes)


@app.command("resume", cls=Command)
def resume_campaign(
    ctx: typer.Context,
    name: Name,
    yes: Yes = False,
    with_changes: WithChanges = False,
    resend_unknown: Resend = False,
) -> None:
    """Go on with a run that was paused or interrupted.

    Example: ecrm campaign resume spring --yes
    """
    door: App = ctx.obj
    sending.go_on(door, name, Going(with_changes, resend_unknown, yes))


@app.command("pause", cls=Command)
def pause_campaign(ctx: typer.Context, name: Name) -> None:
    """Stop sending; resume goes on where it stopped.

    Example: ecrm campaign pause spring
    """
    door: App = ctx.obj
    found = acts.halt(door, name, "paused")
    door.out.thing(found, words=words.status)


@app.command("cancel", cls=Command)
def cancel_campaign(ctx: typer.Context, name: Name, yes: Yes = False) -> None:
    """Stop sending for good: who waits gets nothing.

    Example: ecrm campaign cancel spring --yes
    """
    door: App = ctx.obj
    sending.proceed(door, "Nobody who waits will get it. Cancel?", yes=yes)
    found = acts.halt(door, name, "cancelled")
    door.out.thing(found, words=words.status)


@app.command("resolve", cls=Command)
def resolve_messages(ctx: typer.Context, name: Name, messages: Messages, verdict: As) -> None:
    """Say what became of messages in doubt.

    Example: ecrm campaign resolve spring --as sent 1001 1002
    """
    door: App = ctx.obj
    found = acts.resolve(door, name, verdict, messages)
    door.out.thing(found, words=[f"{found['resolved']} are {verdict} now."])
