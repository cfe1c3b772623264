"""``ecrm case``: what customers ask and complain about."""

from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cases import ops, replies, rules, writing
from ecrm_cli.cases.commands import asking, words
from ecrm_cli.cases.commands.asking import promised
from ecrm_cli.cases.hours import policy_of
from ecrm_cli.cases.model import PRIORITIES
from ecrm_cli.cases.rules import CHANNELS
from ecrm_cli.cases.writing import Heard
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import read_moment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Questions and complaints: who deals with them, and by when.",
)

COLUMNS = ["ref", "subject", "name", "priority", "status", "assignee", "due_at"]

Case = Annotated[str, typer.Argument(metavar="CASE", help="Its number: C-12, c12, #12 or 12.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="The words; - reads them from stdin.")]
Who = Annotated[str | None, typer.Option("--contact", help="Whose: e-mail, phone, id, ref, name.")]
Subject = Annotated[str | None, typer.Option("--subject", help="What it is about, in a line.")]
Channel = Annotated[str | None, typer.Option("--channel", help=f"{', '.join(CHANNELS)}.")]
Category = Annotated[str | None, typer.Option("--category", help="One of cases.categories.")]
Priority = Annotated[str, typer.Option("--priority", help=f"{', '.join(PRIORITIES)}.")]
Assignee = Annotated[str | None, typer.Option("--assignee", help="An agent; nobody is none yet.")]
Message = Annotated[str | None, typer.Option("--text", help="What the customer said.")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When; else now.")]
Status = Annotated[str | None, typer.Option("--status", help="One of cases.statuses.")]
Open = Annotated[bool, typer.Option("--open", help="Only those that are not done.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those that are late.")]
FromCustomer = Annotated[
    bool, typer.Option("--from-customer", help="The customer said it; waiting for them ends.")
]
Then = Annotated[str | None, typer.Option("--status", help="What the case becomes then: waiting.")]
Spoken = Annotated[
    bool, typer.Option("--spoken", help="It was said in person or by phone; no mail is sent.")
]
Key = Annotated[
    str | None,
    typer.Option("--key", help="Names this answer: it is sent once. Else its words name it."),
]
Nobody = Annotated[bool, typer.Option("--nobody", help="Take it from whoever has it.")]


@app.command("list", cls=ListCommand)
def list_cases(
    ctx: typer.Context,
    contact: Who = None,
    status: Status = None,
    assignee: Assignee = None,
    category: Category = None,
    open_only: Open = False,
    overdue: Overdue = False,
) -> None:
    """List cases, the newest first.

    Example: ecrm case list --overdue --assignee mira
    """
    door: App = ctx.obj
    wanted = asking.wanted_of(door, status, assignee, category, undone=open_only or overdue)
    with door.reading() as store:
        wanted = asking.of_contact(door, store, wanted, contact)
        exports.note(door, "case list", contacts=wanted.people)
        rows = ops.pages(store, door.now, wanted, promised(door))
        if overdue:
            door.out.rows((row for row in rows if row["overdue"]), columns=COLUMNS)
            return
        door.out.rows(rows, columns=COLUMNS, total=lambda: ops.count(store, wanted))


@app.command("due", cls=ListCommand)
def due_cases(ctx: typer.Context, assignee: Assignee = None) -> None:
    """List the cases to be answered or resolved, the first due first.

    Example: ecrm case due --assignee mira
    """
    door: App = ctx.obj
    wanted = asking.wanted_of(door, None, assignee, None, undone=True)
    with door.reading() as store:
        rows = ops.due(store, door.now, wanted, promised(door))
        exports.note(door, "case due")
    door.out.rows(rows, columns=["due_at", "clock", "overdue", "ref", "subject", "priority",
                                 "assignee"])  # fmt: skip


@app.command("find", cls=ListCommand)
def find_cases(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="WORDS", help="Part of what was said, or a name.")],
) -> None:
    """Find cases by words said in them, a name or an address.

    Example: ecrm case find "cold coffee"
    """
    door: App = ctx.obj
    with door.reading() as store:
        rows = ops.search(store, door.now, text, promised(door))
        exports.note(door, "case find")
    door.out.rows(rows, columns=COLUMNS)


@app.command("show", cls=Command)
def show_case(ctx: typer.Context, case: Case) -> None:
    """Show one case: what was said, what was noted, and its clocks.

    Example: ecrm case show C-12
    """
    door: App = ctx.obj
    with door.reading() as store:
        page = ops.show(store, door.now, ops.find(store, case), policy_of(door.settings))
    exports.note(door, "case show", contacts=[page["contact"]])
    door.out.thing(page, words=words.case)


@app.command("open", cls=Command)
def open_case(
    ctx: typer.Context,
    contact: Who = None,
    subject: Subject = None,
    channel: Channel = None,
    category: Category = None,
    priority: Priority = "normal",
    assignee: Assignee = None,
    text: Message = None,
    at: At = None,
) -> None:
    """Open a case for a customer.

    Example: ecrm case open --contact ana@example.org --subject "Cold coffee" --channel phone
    """
    door: App = ctx.obj
    asked = asking.Opening(contact, subject, channel, category, priority, assignee, text, at)
    told = asking.completed(door, asked)
    with door.writing() as store:
        new = asking.new_case(door, store, told)
        case_id = writing.open_case(store, door.now, new, door.settings.cases.statuses)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.opened)


@app.command("note", cls=Command)
def note_case(
    ctx: typer.Context, case: Case, text: Text, from_customer: FromCustomer = False, at: At = None
) -> None:
    """Keep a note for yourselves: no customer ever reads it.

    Example: ecrm case note C-12 "The machine was too cold that day"
    """
    door: App = ctx.obj
    said, when = asking.piped(text), read_moment(at, door.now, door.settings.business.timezone)
    with door.writing() as store:
        case_id = ops.find(store, case)
        if from_customer:
            heard = Heard(said, when)
            writing.hear(store, door.now, case_id, heard, door.settings.cases.statuses)
        else:
            writing.note(store, door.now, case_id, said, when)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.noted)


@app.command("reply", cls=Command)
def reply_case(
    ctx: typer.Context,
    case: Case,
    text: Text,
    status: Then = None,
    spoken: Spoken = False,
    key: Key = None,
) -> None:
    """Answer the customer by mail; they read every word of it.

    The same words are sent to a case once, however often the command is given.

    Example: ecrm case reply C-12 "We are sorry. A fresh bag is on its way." --status waiting
    """
    door: App = ctx.obj
    said = asking.piped(text)
    give = replies.speak if spoken else replies.mail
    with door.writing() as store:
        case_id = ops.find(store, case)
        done = give(store, door, replies.Answer(case_id, said, status, key))
    asking.tell(door, case_id, done)


@app.command("assign", cls=Command)
def assign_case(
    ctx: typer.Context,
    case: Case,
    agent: Annotated[str | None, typer.Argument(metavar="AGENT", help="Who takes it.")] = None,
    nobody: Nobody = False,
) -> None:
    """Give a case to an agent.

    Example: ecrm case assign C-12 mira
    """
    door: App = ctx.obj
    name = asking.agent_of(door, agent, nobody)
    with door.writing() as store:
        case_id = ops.find(store, case)
        changed = writing.assign(store, door.now, case_id, name)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.assigned(changed))


@app.command("status", cls=Command)
def set_status(
    ctx: typer.Context,
    case: Case,
    status: Annotated[str, typer.Argument(metavar="STATUS", help="One of cases.statuses.")],
) -> None:
    """Give a case a status it may move to.

    Example: ecrm case status C-12 waiting
    """
    door: App = ctx.obj
    with door.writing() as store:
        case_id = ops.find(store, case)
        statuses = door.settings.cases.statuses
        changed = writing.move(store, door.now, case_id, status, statuses)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.moved(changed))


@app.command("priority", cls=Command)
def set_priority(
    ctx: typer.Context,
    case: Case,
    priority: Annotated[str, typer.Argument(metavar="PRIORITY", help=f"{', '.join(PRIORITIES)}.")],
) -> None:
    """Give a case a priority; its targets count from the opening on.

    Example: ecrm case priority C-12 urgent
    """
    door: App = ctx.obj
    wanted = rules.priority(priority)
    with door.writing() as store:
        case_id = ops.find(store, case)
        changed = writing.prioritize(store, door.now, case_id, wanted)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.prioritized(changed))


@app.command("close", cls=Command)
def close_case(ctx: typer.Context, case: Case) -> None:
    """Close a case.

    Example: ecrm case close C-12
    """
    door: App = ctx.obj
    with door.writing() as store:
        case_id = ops.find(store, case)
        changed = writing.close(store, door.now, case_id, door.settings.cases.statuses)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.moved(changed))


@app.command("reopen", cls=Command)
def reopen_case(ctx: typer.Context, case: Case) -> None:
    """Open a case again; its clock goes on where it stood.

    Example: ecrm case reopen C-12
    """
    door: App = ctx.obj
    with door.writing() as store:
        case_id = ops.find(store, case)
        changed = writing.reopen(store, door.now, case_id, door.settings.cases.statuses)
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    door.out.thing(page, words=words.moved(changed))
