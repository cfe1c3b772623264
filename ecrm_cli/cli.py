"""The front door: the nouns, the global options, the one place errors become exit codes."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer
import typer.completion
import typer.core
import typer.main

from ecrm_cli.core.errors import EcrmError, Interrupted, UsageError
from ecrm_cli.core.log import Run, write_log
from ecrm_cli.core.options import check_words, make_app, time_from
from ecrm_cli.core.output import FORMATS, Output, PipeClosed, View
from ecrm_cli.core.system import hold_standard_streams, raise_on_termination, restrict_umask


@dataclass(frozen=True)
class Noun:
    """A door: its sign, the module that opens, the panel it hangs in, its other names."""

    name: str
    module: str
    sign: str
    panel: str
    aliases: tuple[str, ...] = ()


PEOPLE, MAIL, SERVICE, SALES = "People", "Mail", "Service", "Sales"
DATA, HOUSE = "Data in and out", "The house"

NOUNS = (
    Noun("contact", "contacts.commands.contact", "People: find, show, add, edit, tag.", PEOPLE,
         ("contacts", "customer", "customers")),
    Noun("tag", "contacts.commands.tag", "The tags in use.", PEOPLE, ("tags",)),
    Noun("consent", "consent.commands", "Who may be written to about what, and why.", PEOPLE,
         ("consents",)),
    Noun("segment", "segments.commands", "Who: groups of people described by rules.", PEOPLE,
         ("segments",)),
    Noun("campaign", "campaigns.commands.campaign", "What is sent to whom: newsletters and offers.",
         MAIL, ("campaigns", "newsletter", "newsletters")),
    Noun("mail", "outbox.commands.mail", "Service mail to one person, and what has not left yet.",
         MAIL, ("mails",)),
    Noun("case", "cases.commands.case",
         "Questions and complaints: who deals with them, and by when.", SERVICE,
         ("cases", "ticket", "tickets")),
    Noun("caller", "cases.commands.caller", "Who is calling, and what to know of them.", SERVICE,
         ("callers",)),
    Noun("interaction", "cases.commands.interaction", "Calls, visits, chats and letters.", SERVICE,
         ("interactions",)),
    Noun("agent", "cases.commands.agent", "Who deals with cases.", SERVICE, ("agents",)),
    Noun("order", "orders.commands.order", "Orders and refunds.", SALES, ("orders",)),
    Noun("product", "orders.commands.product", "What was sold.", SALES, ("products",)),
    Noun("loyalty", "loyalty.commands.loyalty", "Points: settle, give, spend, prove.", SALES,
         ("points", "loyalties")),
    Noun("report", "reports.commands.report", "The numbers of a period, and what each means.",
         SALES, ("reports",)),
    Noun("import", "intake.commands", "Read contacts and orders from a file.", DATA, ("imports",)),
    Noun("today", "upkeep.commands.today", "What needs somebody today.", HOUSE),
    Noun("run", "upkeep.commands.run", "Do what is due: the one line for cron.", HOUSE),
    Noun("demo", "demo.commands", "Make a shop with people in it, and show what ecrm does.", HOUSE),
    Noun("init", "upkeep.commands.init", "Make a workspace in a folder.", HOUSE),
    Noun("setup", "upkeep.commands.setup", "Answer questions and write a block of config.", HOUSE),
    Noun("config", "upkeep.commands.config", "Look at and change config.yaml.", HOUSE),
    Noun("audit", "audit.commands", "Who did what, in a chain that can be verified.", HOUSE),
    Noun("completion", "upkeep.commands.completion", "Set up completion for your shell.", HOUSE),
    Noun("version", "upkeep.commands.version", "Print the version.", HOUSE),
)  # fmt: skip

_DOORS = {name: noun for noun in NOUNS for name in (noun.name, *noun.aliases)}


def _remember(ctx: typer.Context, param: Any, value: Any) -> None:
    """Keep a global option where the command will find it; the last one on the line wins."""
    if value is not None and value is not False:
        ctx.find_root().obj[param.name] = value


def _option(*names: str, **attributes: Any) -> typer.core.TyperOption:
    return typer.core.TyperOption(
        param_decls=list(names), callback=_remember, expose_value=False, **attributes
    )


def global_options(*, hidden: bool = False) -> list[typer.core.TyperOption]:
    """Make the options that go anywhere on the line; a noun takes them without listing them."""
    options = [
        _option("-f", "--format", metavar="|".join(FORMATS), help="How the answer is written."),
        _option("--json", is_flag=True, help="The same as --format json."),
        _option("-o", "--out", metavar="FILE", help="Write to a file; its suffix says the format."),
        _option("-C", "--workspace", metavar="DIR", help="The workspace to work in."),
        _option("-q", "--quiet", is_flag=True, help="Say nothing when all is well."),
        _option("--no-input", is_flag=True, help="Ask no questions."),
        _option("--no-color", is_flag=True, help="Write without colours."),
        _option("--debug", is_flag=True, help="Show the traceback of a bug."),
        _option("--wait", metavar="TIME", help="How long to wait for the database (10s)."),
    ]
    for option in options:
        option.hidden = hidden
    return options


def list_options() -> list[typer.core.TyperOption]:
    """Make the options that every list takes."""
    return [
        _option("--fields", metavar="A,B", help="Show only these fields."),
        _option("--limit", metavar="N|all", help="How many rows at most."),
        _option("--sort", metavar="FIELD", help="Order by a field; -FIELD turns it round."),
        _option("--no-header", is_flag=True, help="Leave out the header line."),
        _option("--for-excel", is_flag=True, help="CSV as Excel wants it."),
    ]


class Command(typer.core.TyperCommand):
    """A leaf that takes the global options too and is handed the App."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *self.more_options(), *global_options()]

    def more_options(self) -> list[typer.core.TyperOption]:
        """Options between the command's own and the global ones."""
        return []

    def invoke(self, ctx: Any) -> Any:
        ctx.find_root().obj["command"] = ctx.command_path.partition(" ")[2]
        ctx.obj = make_app(ctx.find_root().obj, os.environ)
        return super().invoke(ctx)


class ListCommand(Command):
    """A leaf whose answer is a list."""

    def more_options(self) -> list[typer.core.TyperOption]:
        return list_options()


class Door(typer.core.TyperGroup):
    """The root: opening a noun imports its room and no other."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [noun.name for noun in NOUNS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        noun = _DOORS.get(cmd_name)
        return None if noun is None else open_door(noun)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in _DOORS:
            from difflib import get_close_matches

            matches = get_close_matches(args[0], list(_DOORS), n=3)
            raise UsageError(
                f"There is no command {args[0]!r}.",
                hint=f"Did you mean {' or '.join(matches)}?" if matches else "See ecrm --help.",
                matches=matches,
            )
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        return [
            typer.core.CompletionItem(noun.name, help=noun.sign)  # type: ignore[attr-defined]
            for noun in NOUNS
            if noun.name.startswith(incomplete)
        ]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for panel in dict.fromkeys(noun.panel for noun in NOUNS):
            with formatter.section(panel):
                formatter.write_dl([(n.name, n.sign) for n in NOUNS if n.panel == panel])


@cache
def open_door(noun: Noun) -> Any:
    """Import a noun's commands; once made, they stay as they are."""
    module = importlib.import_module(f"ecrm_cli.{noun.module}")
    command = typer.main.get_command(module.app)
    command.name = noun.name
    if isinstance(command, typer.core.TyperGroup):
        command.params = [*command.params, *global_options(hidden=True)]
    return command


def make_door() -> Door:
    """Make the root group."""
    return Door(
        name="ecrm",
        help="The customer relationship of a small business, kept in one folder.",
        rich_markup_mode=None,
        no_args_is_help=True,
        params=[*global_options()],
        epilog="ecrm NOUN --help tells more. Start with: ecrm init",
    )


def run(argv: Sequence[str]) -> int:
    """Run one command line; return its exit code. Nothing is raised."""
    started = time.monotonic()
    restrict_umask()
    chosen: dict[str, Any] = {}
    failure: BaseException | None = None
    try:
        code = _through_the_door(argv, chosen)
    except BaseException as error:  # the one place where every error ends
        failure = error
        code = _report(error, argv, chosen)
    # The command has ended: a Ctrl-C that comes now finds nothing to stop but the log's line.
    with suppress(KeyboardInterrupt):
        took = time.monotonic() - started
        _log(Run(argv, code, took, failure, chosen.get("command", "")), chosen)
    return code


def _through_the_door(argv: Sequence[str], chosen: dict[str, Any]) -> int:
    check_words(argv)
    try:
        result = make_door().main(
            args=list(argv), prog_name="ecrm", standalone_mode=False, obj=chosen
        )
    except PipeClosed:
        # Whoever read us has enough; Python must not complain while closing stdout.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if result == Interrupted.code:
        raise Interrupted
    return result if isinstance(result, int) else 0


def _report(error: BaseException, argv: Sequence[str], chosen: dict[str, Any]) -> int:
    # A line that could not be parsed has left no options behind.
    machine = chosen.get("json") or chosen.get("format") == "json" or "--json" in argv
    out = Output(View(format="json" if machine else "table"))
    if isinstance(error, typer.TyperException):
        words = error.format_message()
        if words.startswith("Usage:"):
            out.raw([words + "\n"])
            return UsageError.code
        error = UsageError(words, hint="Add --help to see how it is used.")
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        error = Interrupted()
    if isinstance(error, EcrmError):
        out.error(error)
        return error.code
    return _report_bug(error, out, chosen)


def _report_bug(error: BaseException, out: Output, chosen: dict[str, Any]) -> int:
    if chosen.get("debug"):
        import traceback

        out.stderr.writelines(traceback.format_exception(error))
    folder = _logs_folder(chosen)
    place = f" What happened is in {folder / 'ecrm.log'}." if folder else ""
    bug = EcrmError(
        f"This is a bug in ecrm ({type(error).__name__}).{place}",
        hint="Please report it; --debug shows the traceback.",
    )
    out.error(bug)
    return bug.code


def _logs_folder(chosen: dict[str, Any]) -> Path | None:
    from ecrm_cli.core.workspace import find_workspace

    given = chosen.get("workspace")
    with suppress(EcrmError, OSError):
        return find_workspace(Path.cwd(), Path(given) if given else None, os.environ).logs
    return None


def _log(entry: Run, chosen: dict[str, Any]) -> None:
    if (folder := _logs_folder(chosen)) is not None:
        write_log(folder, entry, time_from({}))


def main() -> None:
    """Start ecrm from a shell."""
    if "_ECRM_COMPLETE" in os.environ:
        typer.completion.completion_init()  # type: ignore[attr-defined]
    raise_on_termination()
    hold_standard_streams()
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))
