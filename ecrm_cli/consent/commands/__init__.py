"""``ecrm consent``: who may be written to about what, and why."""

from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.consent import ops, suppressions
from ecrm_cli.consent.commands import acts, words
from ecrm_cli.consent.commands.choosing import Whom, addresses
from ecrm_cli.consent.model import BASES, CHANNELS, REASONS, Grant, Withdrawal
from ecrm_cli.contacts.commands.naming import contact_named, piped, with_piped
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import read_moment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Who may be written to about what, and why.",
)

Who = Annotated[str, typer.Argument(metavar="CONTACT", help="E-mail, phone, id, ref or name.")]
People = Annotated[
    list[str] | None,
    typer.Argument(metavar="CONTACT…", help="One or more; - reads them from stdin."),
]
Addresses = Annotated[
    list[str],
    typer.Argument(
        metavar="ADDRESS|CONTACT…", help="Addresses, or contacts for all of theirs; - is stdin."
    ),
]
Address = Annotated[
    str, typer.Argument(metavar="ADDRESS|CONTACT", help="An address, or a contact for all of it.")
]
Topic = Annotated[str | None, typer.Option("--topic", help="A topic of config.yaml.")]
TopicOrAll = Annotated[str | None, typer.Option("--topic", help="A topic, or all.")]
Basis = Annotated[str | None, typer.Option("--basis", help=f"The ground: {', '.join(BASES)}.")]
Source = Annotated[str, typer.Option("--source", help="Where it was said: shop form, phone.")]
Wording = Annotated[str | None, typer.Option("--wording", help="The words they agreed to.")]
Evidence = Annotated[str | None, typer.Option("--evidence", help="What proves it.")]
At = Annotated[str | None, typer.Option("--at", metavar="DATE", help="When it was said.")]
Channel = Annotated[str, typer.Option("--channel", help=f"{' or '.join(CHANNELS)}.")]
AnyChannel = Annotated[str | None, typer.Option("--channel", help=f"{' or '.join(CHANNELS)}.")]
Segment = Annotated[str, typer.Option("--segment", help="Everybody in this segment.")]
Batch = Annotated[str, typer.Option("--batch", help="Everybody in this import: I-3.")]
DryRun = Annotated[bool, typer.Option("-n", "--dry-run", help="Count, and write nothing.")]
Reason = Annotated[str, typer.Option("--reason", help=f"Why: {', '.join(REASONS)}.")]
After = Annotated[
    bool,
    typer.Option("--after-withdrawal", help="One contact agreed again after a no: say how."),
]


@app.command("show", cls=Command)
def show_consent(ctx: typer.Context, contact: Who) -> None:
    """Show what a person allowed, and what they may be written to about.

    Example: ecrm consent show ana@example.org
    """
    door: App = ctx.obj
    with door.reading() as store:
        page = acts.state(door, store, contact_named(door, store, contact))
    exports.note(door, "consent show", contacts=[page["contact"]])
    door.out.thing(page, words=words.state)


@app.command("grant", cls=Command)
def grant_consent(
    ctx: typer.Context,
    contacts: People = None,
    topic: Topic = None,
    basis: Basis = None,
    source: Source = "manual",
    wording: Wording = None,
    evidence: Evidence = None,
    at: At = None,
    channel: Channel = "email",
    segment: Segment = "",
    batch: Batch = "",
    after_withdrawal: After = False,
    dry_run: DryRun = False,
) -> None:
    """Record that people agreed; who said no is left alone and counted.

    Example: ecrm consent grant --batch I-1 --topic offers --basis consent --source "shop form"
    """
    door: App = ctx.obj
    given = Grant(
        channel, acts.topic_of(door, topic), acts.basis_of(door, basis), source,
        read_moment(at, door.now, door.settings.business.timezone), wording, evidence,
    )  # fmt: skip
    act = acts.grant_again if after_withdrawal else acts.grant
    whom = Whom(contacts or (), segment, batch, piped(contacts or ()))
    with door.writing() as store:
        done = act(door, store, given, whom, dry_run)
    door.out.thing(done.counts, words=words.granted(done.counts))
    done.refuse_unknown()


@app.command("withdraw", cls=Command)
def withdraw_consent(
    ctx: typer.Context,
    contacts: People = None,
    topic: TopicOrAll = None,
    source: Source = "manual",
    evidence: Evidence = None,
    channel: Channel = "email",
    segment: Segment = "",
    batch: Batch = "",
    dry_run: DryRun = False,
) -> None:
    """Record that people said no to a topic, or to all.

    Example: ecrm consent withdraw ana@example.org --topic all
    """
    door: App = ctx.obj
    given = Withdrawal(channel, acts.topic_or_all(door, topic), source, door.now, evidence)
    whom = Whom(contacts or (), segment, batch, piped(contacts or ()))
    with door.writing() as store:
        done = acts.withdraw(door, store, given, whom, dry_run)
    door.out.thing(done.counts, words=words.withdrawn(done.counts))
    done.refuse_unknown()


@app.command("suppress", cls=Command)
def suppress_addresses(
    ctx: typer.Context,
    who: Addresses,
    channel: AnyChannel = None,
    reason: Reason = "manual",
    dry_run: DryRun = False,
) -> None:
    """Never use an address again; only a bounce can be lifted later.

    Example: ecrm consent suppress old@example.org --reason bounce
    """
    door: App = ctx.obj
    named = with_piped(who)
    act = acts.weigh if dry_run else acts.suppress
    with door.writing() as store:
        counts = act(door, store, addresses(door, store, named, channel), reason)
    door.out.thing(counts, words=words.suppressed(counts))


@app.command("unsuppress", cls=Command)
def unsuppress_address(ctx: typer.Context, who: Address, channel: AnyChannel = None) -> None:
    """Use an address again that bounced; nothing else can be lifted.

    Example: ecrm consent unsuppress ana@example.org
    """
    door: App = ctx.obj
    with door.writing() as store:
        lifted = acts.unsuppress(door, store, who, channel)
    door.out.thing({"lifted": lifted}, words=words.lifted(lifted))


@app.command("suppressions", cls=ListCommand)
def list_suppressions(ctx: typer.Context) -> None:
    """List the addresses that must not be used, and why.

    Example: ecrm consent suppressions --format csv
    """
    door: App = ctx.obj
    exports.note(door, "consent suppressions")
    with door.reading() as store:
        total = suppressions.count(store)
        columns = ["channel", "address", "reason", "contact", "actor", "at"]
        door.out.rows(suppressions.listed(store), columns=columns, total=lambda: total)


@app.command("explain", cls=Command)
def explain_consent(
    ctx: typer.Context, contact: Who, topic: Topic = None, channel: Channel = "email"
) -> None:
    """Say why a person may be written to about a topic, or why not.

    Example: ecrm consent explain ana@example.org --topic offers
    """
    door: App = ctx.obj
    asked = acts.topic_of(door, topic)
    with door.reading() as store:
        told = ops.explain(store, contact_named(door, store, contact), channel, asked)
    exports.note(door, "consent explain", contacts=[told["contact"]])
    door.out.thing(told, words=words.explained)


@app.command("topics", cls=ListCommand)
def list_topics(ctx: typer.Context, channel: Channel = "email") -> None:
    """List the topics: how many may be written to, and why the others may not.

    Example: ecrm consent topics
    """
    door: App = ctx.obj
    with door.reading() as store:
        rows = ops.mailable_counts(store, channel, door.settings.consent.topics)
    columns = ["topic", "channel", "may", "no_address", "suppressed", "no_consent"]
    door.out.rows(rows, columns=columns)
