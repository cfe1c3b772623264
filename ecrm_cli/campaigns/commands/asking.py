"""The commands that look at campaigns, and the one that makes a file."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.campaigns import checks, files, ops, questions
from ecrm_cli.campaigns.commands import words
from ecrm_cli.campaigns.commands.acts import check_status, previewed, recipients_of
from ecrm_cli.campaigns.drafts import draft_of
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import EcrmError
from ecrm_cli.core.workspace import find_workspace
from ecrm_cli.outbox.model import STATUSES

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="What is sent to whom: newsletters and offers.",
)


def complete(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the names of campaigns that begin as typed."""
    given = (ctx.find_root().obj or {}).get("workspace")
    with suppress(EcrmError, OSError):
        place = find_workspace(Path.cwd(), Path(given) if given else None, os.environ)
        return [name for name in files.names(place.campaigns) if name.startswith(incomplete)]
    return []


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The campaign's name.", autocompletion=complete)
]
NewName = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Its name.")]
Segment = Annotated[str | None, typer.Option("--segment", help="Who gets it: a segment.")]
Topic = Annotated[str | None, typer.Option("--topic", help="What about: a topic of config.yaml.")]
Subject = Annotated[str | None, typer.Option("--subject", help="The subject; values in {{ }}.")]
Template = Annotated[
    str | None, typer.Option("--template", help="Its template; without it a new one is made.")
]
From = Annotated[str | None, typer.Option("--from", help='Such as "Shop <hello@shop.example>".')]
Contact = Annotated[
    str | None, typer.Option("--contact", metavar="CONTACT", help="As this person would get it.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Let warnings fail too.")]
Status = Annotated[str | None, typer.Option("--status", help=f"Only these: {', '.join(STATUSES)}.")]


@app.command("list", cls=ListCommand)
def list_campaigns(ctx: typer.Context) -> None:
    """List the campaigns and how their last runs stand.

    Example: ecrm campaign list
    """
    door: App = ctx.obj
    with door.reading() as store:
        found = list(ops.listed(store, door))
    door.out.rows(found, columns=["campaign", "state", "segment", "topic", "sent", "at"])
    for row in found:
        if row["problem"]:
            door.out.warn(f"{row['campaign']} cannot be read: {row['problem']}")


@app.command("show", cls=Command)
def show_campaign(ctx: typer.Context, name: Name) -> None:
    """Show a campaign as it is written, and its runs.

    Example: ecrm campaign show spring
    """
    door: App = ctx.obj
    with door.reading() as store:
        found = ops.shown(store, door, name)
    door.out.thing(found, words=words.shown)


@app.command("new", cls=Command)
def new_campaign(
    ctx: typer.Context,
    name: NewName = None,
    segment: Segment = None,
    topic: Topic = None,
    subject: Subject = None,
    template: Template = None,
    sender: From = None,
) -> None:
    """Ask what a campaign needs, and write its file.

    Example: ecrm campaign new spring --segment lapsed --subject "Spring is here"
    """
    door: App = ctx.obj
    given = {"name": name, "segment": segment, "topic": topic, "subject": subject}
    given |= {"template": template, "from": sender}
    made = questions.make(door.ask, door.settings, given)
    answer = {"campaign": made.name, "file": str(made.file), "template": made.template}
    door.out.thing(answer, words=words.made(made))


@app.command("check", cls=Command)
def check_campaign(ctx: typer.Context, name: Name, strict: Strict = False) -> int:
    """Tell what a send would refuse, with the line.

    Example: ecrm campaign check spring
    """
    door: App = ctx.obj
    found = checks.findings(door, name)
    failed = any(strict or finding["severity"] == "error" for finding in found)
    lines = [checks.line(finding) for finding in found]
    door.out.thing({"ok": not failed, "findings": found}, words=lines or ["Nothing is wrong."])
    return 3 if failed else 0


@app.command("preview", cls=Command)
def preview_campaign(ctx: typer.Context, name: Name, contact: Contact = None) -> None:
    """Show a message as one person would get it; nothing is sent.

    With --out hello.html the page is written, to be looked at in a browser.

    Example: ecrm campaign preview spring --contact ana@example.org --out spring.html
    """
    door: App = ctx.obj
    found = previewed(door, draft_of(door, name), contact)
    view = door.out.view.out
    if view is not None and view.suffix == ".html":
        door.out.raw([found.shown.html])
        door.out.note(f"Wrote {view}.")
    else:
        door.out.thing(found.as_dict(name), words=words.preview(found))
    exports.note(door, "campaign preview", contacts=[found.contact_id])


@app.command("status", cls=Command)
def show_status(ctx: typer.Context, name: Name) -> None:
    """Show how the last run stands.

    Example: ecrm campaign status spring --json
    """
    door: App = ctx.obj
    with door.reading() as store:
        found = ops.status(store, door, name)
    door.out.thing(found, words=words.status)


@app.command("recipients", cls=ListCommand)
def list_recipients(ctx: typer.Context, name: Name, status: Status = None) -> None:
    """List the messages of the last run, of one status or all.

    Example: ecrm campaign recipients spring --status skipped
    """
    door: App = ctx.obj
    check_status(status)
    with door.reading() as store:
        found, total = recipients_of(door, store, name, status)
        door.out.rows(found, columns=["message_id", "email", "status", "reason", "sent_at"],
                      total=total)  # fmt: skip
    exports.note(door, "campaign recipients")


@app.command("explain", cls=Command)
def explain_recipient(
    ctx: typer.Context,
    name: Name,
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="E-mail, id, ref or name.")],
) -> None:
    """Tell why somebody gets a campaign or not, and what became of their mail.

    Example: ecrm campaign explain spring ana@example.org
    """
    door: App = ctx.obj
    draft = draft_of(door, name)
    with door.reading() as store:
        found = ops.explain(store, draft, contact_named(door, store, contact))
    door.out.thing(found, words=words.explained)
    exports.note(door, "campaign explain", contacts=[found["contact"]])
