"""``ecrm contact``: people."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from ecrm_cli.audit import exports
from ecrm_cli.cli import Command, ListCommand
from ecrm_cli.contacts import ops, profile, tags
from ecrm_cli.contacts.commands import view
from ecrm_cli.contacts.commands.naming import contact_named, with_piped
from ecrm_cli.contacts.model import Profile
from ecrm_cli.core.app import App
from ecrm_cli.core.store import Store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="People: find, show, add, edit, tag.",
)

Words = Annotated[str, typer.Argument(metavar="CONTACT", help="E-mail, phone, id, ref or name.")]
People = Annotated[
    list[str], typer.Argument(metavar="CONTACT…", help="One or more; - reads them from stdin.")
]
Email = Annotated[str | None, typer.Option("--email", help="The e-mail address.")]
Phone = Annotated[str | None, typer.Option("--phone", help="The phone number.")]
Given = Annotated[str | None, typer.Option("--given-name", help="The given name.")]
Family = Annotated[str | None, typer.Option("--family-name", help="The family name.")]
Company = Annotated[str | None, typer.Option("--company", help="Where they work.")]
Job = Annotated[str | None, typer.Option("--job", help="What they do there.")]
Locale = Annotated[str | None, typer.Option("--locale", help="The language, such as sr-Latn.")]
Zone = Annotated[str | None, typer.Option("--zone", help="The time zone, such as Europe/Belgrade.")]
Street = Annotated[str | None, typer.Option("--street", help="Street and number.")]
City = Annotated[str | None, typer.Option("--city", help="The town.")]
Region = Annotated[str | None, typer.Option("--region", help="Province or state.")]
Postcode = Annotated[str | None, typer.Option("--postcode", help="The postal code.")]
Country = Annotated[str | None, typer.Option("--country", help="The country: RS or Serbia.")]
Birthday = Annotated[str | None, typer.Option("--birthday", help="The birthday: 1990-05-21.")]

LIST_COLUMNS = ["ref", "email", "phone", "given_name", "family_name", "country"]


@app.command("list", cls=ListCommand)
def list_contacts(ctx: typer.Context) -> None:
    """List everybody, in the order they came.

    Example: ecrm contact list --fields email,country --format csv
    """
    door: App = ctx.obj
    with door.reading() as store:
        total = ops.count(store)
        exports.note(door, "contact list")
        door.out.rows(ops.pages(store), columns=LIST_COLUMNS, total=lambda: total)


@app.command("find", cls=ListCommand)
def find_contacts(
    ctx: typer.Context,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Part of a name or address.")],
) -> None:
    """Find people by part of a name, company, city, address or number.

    Example: ecrm contact find petrovic
    """
    door: App = ctx.obj
    with door.reading() as store:
        exports.note(door, "contact find")
        door.out.rows(ops.find(store, words), columns=LIST_COLUMNS)


@app.command("show", cls=Command)
def show_contact(ctx: typer.Context, contact: Words) -> None:
    """Show all that is known of one person.

    Example: ecrm contact show ana@example.org
    """
    door: App = ctx.obj
    with door.reading() as store:
        page = view.page(door, store, contact_named(door, store, contact))
    exports.note(door, "contact show", contacts=[page["id"]])
    door.out.thing(page, words=view.lines)


@app.command("add", cls=Command)
def add_contact(
    ctx: typer.Context,
    email: Email = None,
    phone: Phone = None,
    given_name: Given = None,
    family_name: Family = None,
    company: Company = None,
    job: Job = None,
    locale: Locale = None,
    zone: Zone = None,
    street: Street = None,
    city: City = None,
    region: Region = None,
    postcode: Postcode = None,
    country: Country = None,
    birthday: Birthday = None,
) -> None:
    """Add one person.

    Example: ecrm contact add --email ana@example.org --given-name Ana
    """
    door: App = ctx.obj
    new = Profile(
        email, phone, given_name, family_name, company, job, locale, zone,
        street, city, region, postcode, country, birthday,
    )  # fmt: skip
    with door.writing() as store:
        contact_id = profile.add(store, door.now, new, door.settings.business.country)
        added = ops.show(store, contact_id)
    door.out.thing(added, words=[f"Added {added['ref']}."])


@app.command("edit", cls=Command)
def edit_contact(
    ctx: typer.Context,
    contact: Words,
    email: Email = None,
    phone: Phone = None,
    given_name: Given = None,
    family_name: Family = None,
    company: Company = None,
    job: Job = None,
    locale: Locale = None,
    zone: Zone = None,
    street: Street = None,
    city: City = None,
    region: Region = None,
    postcode: Postcode = None,
    country: Country = None,
    birthday: Birthday = None,
) -> None:
    """Change fields of one person; an empty text clears a field.

    Example: ecrm contact edit ana@example.org --city "Novi Sad"
    """
    door: App = ctx.obj
    wanted = Profile(
        email, phone, given_name, family_name, company, job, locale, zone,
        street, city, region, postcode, country, birthday,
    )  # fmt: skip
    with door.writing() as store:
        contact_id = contact_named(door, store, contact)
        changed = profile.edit(store, door.now, contact_id, wanted, door.settings.business.country)
        edited = ops.show(store, contact_id)
    told = f"Changed {', '.join(changed)}" if changed else "Nothing differs"
    door.out.thing(edited, words=[f"{told}: {edited['ref']}."])


@app.command("tag", cls=Command)
def tag_contacts(
    ctx: typer.Context,
    contacts: People,
    tag: Annotated[str, typer.Argument(metavar="TAG", help="The tag.")],
) -> None:
    """Give people a tag.

    Example: ecrm contact tag ana@example.org wholesale
    """
    said = "Tagged {changed} with {tag}; {left} had the tag."
    _change_tag(ctx.obj, contacts, tag, tags.tag, said)


@app.command("untag", cls=Command)
def untag_contacts(
    ctx: typer.Context,
    contacts: People,
    tag: Annotated[str, typer.Argument(metavar="TAG", help="The tag.")],
) -> None:
    """Take a tag from people.

    Example: ecrm contact untag ana@example.org wholesale
    """
    said = "Took {tag} from {changed}; {left} did not have it."
    _change_tag(ctx.obj, contacts, tag, tags.untag, said)


def _change_tag(
    door: App,
    contacts: list[str],
    tag: str,
    change: Callable[[Store, datetime, list[int], str], int],
    said: str,
) -> None:
    named = with_piped(contacts)
    with door.writing() as store:
        chosen = [contact_named(door, store, word) for word in named]
        changed = change(store, door.now, chosen, tag)
    words = said.format(tag=tag, changed=changed, left=len(chosen) - changed)
    door.out.thing({"tag": tag, "contacts": len(chosen), "changed": changed}, words=[words])


@app.command("history", cls=ListCommand)
def contact_history(ctx: typer.Context, contact: Words) -> None:
    """Show every change of a person's fields: when, by whom, before and after.

    Example: ecrm contact history ana@example.org
    """
    door: App = ctx.obj
    with door.reading() as store:
        contact_id = contact_named(door, store, contact)
        rows = profile.history(store, contact_id)
        exports.note(door, "contact history", contacts=[contact_id])
        door.out.rows(rows, columns=["occurred_at", "actor", "origin", "field", "before", "after"])
