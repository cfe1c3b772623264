"""``ecrm mail``: service mail to one person, and what has not left yet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, cast

import typer

from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.consent.model import check_word
from ecrm_cli.contacts.commands.naming import contact_named, with_piped
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import UsageError
from ecrm_cli.outbox import notices, ops
from ecrm_cli.outbox.model import VERDICTS, Verdict

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Service mail to one person, and what has not left yet.",
)

Template = Annotated[
    str, typer.Argument(metavar="TEMPLATE", help="A template of templates/service: receipt.")
]
Who = Annotated[
    str, typer.Option("--contact", metavar="CONTACT", help="E-mail, phone, id, ref or name.")
]
Told = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="What the template is told; repeatable."),
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY", help="Names this mail: it is sent once, however often."),
]
As = Annotated[str, typer.Option("--as", metavar="sent|failed", help="What became of them.")]
Runs = Annotated[
    list[str], typer.Argument(metavar="RUN…", help="As mail queue lists them: R-7; - reads stdin.")
]


class NotARun(UsageError):
    """What stands where the number of a run should."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not the number of a run.", hint="They are in: ecrm mail queue"
        )


@app.command("send", cls=Command)
def send_mail(
    ctx: typer.Context, template: Template, contact: Who, told: Told = None, key: Key = None
) -> None:
    """Send one mail about something a customer did: a receipt, an answer.

    It needs no consent and may carry no offer. With --key the same command may be given again.

    Example: ecrm mail send receipt --contact ana@example.org --set number=1001 --key receipt-1001
    """
    door: App = ctx.obj
    names = notices.read_told(told or [])
    with door.writing() as store:
        notice = notices.Notice(template, contact_named(door, store, contact), names, key)
        run_id, repeated = notices.write(store, door, notice)
    outcome = notices.deliver(door, run_id)
    with door.reading() as store:
        sent = {**notices.sent(store, run_id), "repeated": repeated}
    door.out.thing(sent, words=words(sent, outcome.busy))
    notices.refuse(sent)


@app.command("queue", cls=ListCommand)
def list_queue(ctx: typer.Context) -> None:
    """List the mail that has not left yet, or may not have.

    Example: ecrm mail queue --json
    """
    door: App = ctx.obj
    with door.reading() as store:
        rows = ops.queue(store)
    columns = ["ref", "kind", "name", "state", "queued", "sending", "deferred", "unknown",
               "next_try"]  # fmt: skip
    door.out.rows(rows, columns=columns)


@app.command("resolve", cls=Command)
def resolve_mail(ctx: typer.Context, runs: Runs, verdict: As) -> None:
    """Say what became of service mail in doubt.

    Example: ecrm mail resolve --as sent R-7
    """
    door: App = ctx.obj
    check_word("outcome", verdict, VERDICTS)
    numbers = run_numbers(with_piped(runs))
    with door.writing() as store:
        count = ops.resolve_notices(store, door.now, numbers, cast(Verdict, verdict))
    found = {"as": verdict, "resolved": count}
    door.out.thing(found, words=[f"{count} {'is' if count == 1 else 'are'} {verdict} now."])


def run_numbers(words: Sequence[str]) -> list[int]:
    """Read R-7, r7, #7 or 7. Raises NotARun."""
    found = [re.fullmatch(r"(?:[Rr]-?|#)?([0-9]{1,18})", word) for word in words]
    for word, one in zip(words, found, strict=True):
        if one is None:
            raise NotARun(word)
    return [int(one[1]) for one in found if one]


def words(sent: Mapping[str, Any], busy: str) -> Iterator[str]:
    """Say what became of a service mail."""
    what = f"{sent['template']} to {sent['email']}"
    if sent["status"] == "sent":
        again = "was sent before" if sent["repeated"] else "sent"
        folder = sent["transport"] == "folder"
        stays = "; nothing has left this machine" if folder else ""
        yield f"{what}: {again}, to {sent['place']}{stays}."
    elif busy and sent["status"] in ("queued", "sending"):
        yield f"{what}: waits. It is taken along by {busy}."
    elif sent["status"] == "deferred":
        yield f"{what}: the server asks to try again later ({sent['server_reply']})."
        yield f"The next try is due at {sent['next_try']:%Y-%m-%d %H:%M} UTC."
    else:
        yield f"{what}: {sent['status']}. {sent['server_reply'] or sent['reason'] or ''}".rstrip()
