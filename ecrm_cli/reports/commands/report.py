"""``ecrm report``: the numbers of a period and what they mean."""

from typing import Annotated

import typer

from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.core.app import App
from ecrm_cli.orders.model import currency as known_currency
from ecrm_cli.reports import definitions, kpis, statements, tables
from ecrm_cli.reports.commands import page, words
from ecrm_cli.reports.commands.asking import LAST_90_DAYS, LAST_MONTH, comparing, terms_of
from ecrm_cli.reports.period import Said
from ecrm_cli.reports.terms import Looking

CASE_COLUMNS = ["category", "opened", "answered", "first_response", "done", "still_open"]
LOYALTY_COLUMNS = ["line", "kind", "postings", "points", "worth", "currency"]
RUN_COLUMNS = ["campaign", "ref", "created_at", "audience", "sent", "skipped"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="The numbers of a period, and what each means.",
)


def complete(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the names of figures that begin as typed."""
    return [name for name in definitions.definitions() if name.startswith(incomplete)]


From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to and with this day.")]
Month = Annotated[str | None, typer.Option("--month", help="2026-10, last or this.")]
Quarter = Annotated[str | None, typer.Option("--quarter", help="2026-Q3, last or this.")]
Year = Annotated[str | None, typer.Option("--year", help="2026, last or this.")]
Last = Annotated[
    str | None, typer.Option("--last", metavar="DAYS", help="So many days up to today, as 90d.")
]
Compare = Annotated[
    str | None,
    typer.Option("--compare", metavar="previous", help="Beside the equally long period before."),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="By what happened up to that day.")
]
KnownOn = Annotated[
    str | None, typer.Option("--known-on", metavar="TIME", help="By what the file knew by then.")
]
Currency = Annotated[
    str | None, typer.Option("--currency", metavar="CODE", help="Only money in this currency.")
]
Sql = Annotated[bool, typer.Option("--sql", help="Print the statements and do not run them.")]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The figure's name.", autocompletion=complete)
]


@app.command("kpi", cls=ListCommand)
def report_kpis(
    ctx: typer.Context,
    first: From = None,
    last: To = None,
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    days: Last = None,
    compare: Compare = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    currency: Currency = None,
    sql: Sql = False,
) -> None:
    """Tell the key figures of a period; without one, of the last whole month.

    Example: ecrm report kpi --month last --compare previous
    """
    door: App = ctx.obj
    code = None if currency is None else known_currency(currency)
    said = Said(first, last, month, quarter, year, days)
    terms = terms_of(door, said, Looking(as_of, known_on), LAST_MONTH, code)
    if sql:
        door.out.raw(statements.of_report(terms))
        return
    with door.reading() as store:
        found = kpis.report(store, terms, compared=comparing(compare))
        page.write(door, store, found)
    if unmeasured := words.missing(found.missing):
        door.out.note(unmeasured)


@app.command("cases", cls=ListCommand)
def report_cases(
    ctx: typer.Context,
    first: From = None,
    last: To = None,
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    days: Last = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
) -> None:
    """Tell cases by what they are about, and how fast they were answered.

    Example: ecrm report cases --last 90d
    """
    door: App = ctx.obj
    said = Said(first, last, month, quarter, year, days)
    terms = terms_of(door, said, Looking(as_of, known_on), LAST_90_DAYS)
    with door.reading() as store:
        found = tables.cases(store, terms)
    door.out.rows(found, columns=CASE_COLUMNS)


@app.command("loyalty", cls=ListCommand)
def report_loyalty(
    ctx: typer.Context,
    first: From = None,
    last: To = None,
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    days: Last = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
) -> None:
    """Tell what moved members' points, and what they are worth.

    Example: ecrm report loyalty --last 90d
    """
    door: App = ctx.obj
    said = Said(first, last, month, quarter, year, days)
    terms = terms_of(door, said, Looking(as_of, known_on), LAST_90_DAYS)
    with door.reading() as store:
        found = tables.loyalty(store, terms)
    door.out.rows(found, columns=LOYALTY_COLUMNS)


@app.command("campaigns", cls=ListCommand)
def report_campaigns(
    ctx: typer.Context,
    first: From = None,
    last: To = None,
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    days: Last = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
) -> None:
    """Tell what became of the runs that began in a period, else in the last 90 days.

    Example: ecrm report campaigns --last 90d
    """
    door: App = ctx.obj
    said = Said(first, last, month, quarter, year, days)
    terms = terms_of(door, said, Looking(as_of, known_on), LAST_90_DAYS)
    with door.reading() as store:
        found = tables.campaigns(store, terms)
    door.out.rows(found, columns=RUN_COLUMNS)


@app.command("define", cls=Command)
def define_figure(ctx: typer.Context, name: Name, sql: Sql = False) -> None:
    """Tell what a figure means, and how it is made.

    Example: ecrm report define repeat-rate
    """
    door: App = ctx.obj
    found = definitions.definition(name)
    if sql:
        door.out.raw(statements.of_figure(name))
        return
    door.out.thing(definitions.as_row(found), words=words.definition)


@app.command("list", cls=ListCommand)
def list_reports(ctx: typer.Context) -> None:
    """List the reports, and the figures that can be defined.

    Example: ecrm report list
    """
    door: App = ctx.obj
    door.out.rows(tables.catalogue(), columns=["name", "what", "about"])
