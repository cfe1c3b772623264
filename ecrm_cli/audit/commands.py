"""``ecrm audit``: who did what, in a chain that can be verified."""

from collections.abc import Iterator
from typing import Annotated

import typer

from ecrm_cli.audit import chain, exports, ops
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.core.store import Row

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Who did what, in a chain that can be verified.",
)

Entry = Annotated[
    int, typer.Argument(metavar="ENTRY", max=2**63 - 1, help="The number of the entry.")
]


@app.command("list", cls=ListCommand)
def list_entries(ctx: typer.Context) -> None:
    """List what was done, the newest first.

    Example: ecrm audit list --limit 20
    """
    door: App = ctx.obj
    exports.settle_waiting(door)
    with door.reading() as store:
        total = ops.last_id(store)
        columns = ["id", "at", "actor", "command", "payload"]
        door.out.rows(ops.list_entries(store), columns=columns, total=lambda: total)


@app.command("show", cls=Command)
def show_entry(ctx: typer.Context, entry: Entry) -> None:
    """Show one entry with its digest and its links.

    Example: ecrm audit show 12
    """
    door: App = ctx.obj
    exports.settle_waiting(door)
    with door.reading() as store:
        shown = ops.show(store, entry)
    door.out.thing(shown, words=door.out.pairs(shown))


@app.command("verify", cls=Command)
def verify_chain(ctx: typer.Context) -> int:
    """Prove that nothing was changed or removed; exit 3 when something was.

    Example: ecrm audit verify
    """
    door: App = ctx.obj
    with door.reading() as store:
        findings, entries = chain.verify(store), ops.last_id(store)
    proof = {"ok": not findings, "findings": findings, "entries": entries}
    door.out.thing(proof, words=proof_words(proof))
    return 3 if findings else 0


def proof_words(proof: Row) -> Iterator[str]:
    """Say what the walk along the chain found."""
    if proof["ok"]:
        yield f"The chain of {proof['entries']} entries is whole."
    for finding in proof["findings"]:
        yield f"{finding['message']} ({finding['count']}: {', '.join(finding['examples'])})"
        yield f"  {finding['hint']}"
