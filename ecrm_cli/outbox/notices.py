"""Service mail: about something a customer did, to that customer, once for its key."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecrm_cli.audit import ops as audit
from ecrm_cli.consent import ops as consent
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import Conflict, DataError, NotAllowed, NotFound, PartlyDone, UsageError
from ecrm_cli.core.secrets import workspace_key
from ecrm_cli.core.store import Row, Store
from ecrm_cli.core.workspace import shipped
from ecrm_cli.outbox import freezing, ops
from ecrm_cli.outbox.model import Outgoing, Recipient
from ecrm_cli.outbox.rendering import Renderer
from ecrm_cli.outbox.sending import Outcome, opener_of, send, sending_of
from ecrm_cli.outbox.terms import place_words, sender_of, terms_of
from ecrm_cli.outbox.wording import HTML, take_along

if TYPE_CHECKING:
    from ecrm_cli.core.app import App
    from ecrm_cli.core.settings import Settings

FOLDER = "service"
# An address that does not work, or that must not be used; what people said no to is marketing.
STOPS = {"bounce": "mail to it came back", "manual": "it was suppressed by hand"}
# How long to wait for a sender that is at work; it takes the message along when this is over.
PATIENCE = 5.0

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class BadSetting(UsageError):
    """What a template is to be told cannot be read."""

    def __init__(self, words: str, why: str) -> None:
        super().__init__(
            f"--set {words!r}: {why}.", hint="Write --set name=value, or --set order.number=1001."
        )


class NotTold(DataError):
    """A template asks for something it was not told."""

    kind = "bad-template"

    def __init__(self, template: str, name: str) -> None:
        super().__init__(
            f"The template {template} asks for {name!r}, which it was not told.",
            hint=f"Add --set {name}=VALUE",
        )


class NoEmail(DataError):
    """A contact that has no e-mail address."""

    def __init__(self, contact_id: int) -> None:
        super().__init__(
            f"P-{contact_id} has no e-mail address.",
            hint=f"Add one: ecrm contact edit P-{contact_id} --email ADDRESS",
        )


class AddressStopped(NotAllowed):
    """An address that is not written to, whatever about."""

    def __init__(self, row: Row) -> None:
        super().__init__(
            f"{row['address']} is not written to: {STOPS[row['reason']]} on "
            f"{row['occurred_at']:%Y-%m-%d}.",
            hint=f"If it works again: ecrm consent unsuppress {row['address']}",
        )


class KeyTaken(Conflict):
    """The key of a service mail stands for another one."""

    def __init__(self, key: str, run: Row) -> None:
        super().__init__(
            f"The key {key!r} stands for the {run['name']} of R-{run['run_id']}, another mail.",
            hint="A key names one mail, such as receipt-1001. Nothing was sent.",
        )


class NotSent(PartlyDone):
    """A message was refused, or it is in doubt whether it left."""

    def __init__(self, sent: Row) -> None:
        what = "is in doubt" if sent["status"] == "unknown" else f"was {sent['status']}"
        said = sent["server_reply"] or sent["reason"] or "no answer"
        super().__init__(
            f"The mail to {sent['email']} {what}: {said}.", hint="See ecrm mail queue."
        )


@dataclass(frozen=True)
class Notice:
    """A service mail to be written: ``told`` are the names its template may use."""

    template: str
    contact_id: int
    told: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


def read_told(words: list[str]) -> dict[str, Any]:
    """Read ``name=value`` and ``order.number=1001`` into names a template may use.

    Raises BadSetting.
    """
    told: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise BadSetting(word, "it is not name=value")
        *outer, last = name.split(".")
        place = told
        for part in outer:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise BadSetting(word, f"{part} has a value already")
        if last in place:
            raise BadSetting(word, f"{name} has a value already")
        place[last] = value
    return told


def write(store: Store, app: App, notice: Notice) -> tuple[int, bool]:
    """Put a service mail into the outbox; return its run, and whether it was there before.

    It is rendered first, so that a broken template is refused here. Raises NotFound, NotTold,
    BadTemplate, NoEmail, AddressStopped, KeyTaken, NoSender.
    """
    with store.transaction():
        # Two calls at once conflict at this number, and one of them finds the other's mail.
        outgoing = outgoing_of(app.settings, notice)
        if (run_id := _known(store, notice, outgoing)) is not None:
            return run_id, True
        recipient = _recipient(store, notice)
        terms = terms_of(app.settings, outgoing.sender)
        _prove(Renderer(outgoing, terms), recipient, app.now)
        run_id = freezing.create_run(store, app.now, outgoing)
        freezing.open_audience(store)
        about = {"contact_id": notice.contact_id, "language": recipient.language}
        store.run("outbox.add_to_audience", **about)
        freezing.enqueue(store, app.now, run_id, workspace_key(app.workspace), notice.told)
        payload = {"contacts": [notice.contact_id], "run": run_id, "template": notice.template}
        audit.record(store, app.now, "mail send", payload)
    return run_id, False


def deliver(app: App, run_id: int) -> Outcome:
    """Send a service mail; a sender that is at work is waited for a little.

    Raises what ``sending.send`` raises; ``busy`` says who will take it along.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        outcome = send(opener_of(app), run_id, sending_of(app))
        if not outcome.busy or time.monotonic() > deadline:
            return outcome
        time.sleep(0.2)


def sent(store: Store, run_id: int) -> Row:
    """Return what became of a service mail.

    run, ref, template, contact, email, message_id, status, reason, attempts, next_try, sent_at,
    server_reply, transport, place, key.
    """
    row = store.one("outbox.service_mail", run_id=run_id)
    if row is None:
        raise ops.NoRun(run_id, run_id)
    return row


def refuse(sent: Row) -> None:
    """Raise NotSent for a mail that was refused or is in doubt."""
    if sent["status"] in ("failed", "unknown", "skipped"):
        raise NotSent(sent)


def outgoing_of(settings: Settings, notice: Notice) -> Outgoing:
    """Return what a service mail sends, its words out of templates/service. Raises NotFound."""
    folders = [settings.workspace.templates, shipped("templates")]
    name = notice.template.removesuffix(HTML).removeprefix(f"{FOLDER}/")
    known = _known_templates(folders)
    if name not in known:
        hint = "" if known else "Make one: templates/service/NAME.html.j2"
        raise NotFound.named("service template", name, known, hint)
    wording = take_along(folders, f"{FOLDER}/{name}{HTML}")
    return Outgoing(
        kind="service",
        name=name,
        topic=None,
        sender=sender_of(settings),
        subject="",
        html=wording.html,
        txt=wording.txt,
        transport=settings.mail.transport,
        place=place_words(settings),
        message_key=notice.key,
    )


def _known_templates(folders: list[Path]) -> list[str]:
    return sorted(
        {path.name.removesuffix(HTML) for folder in folders for path in
         (folder / FOLDER).glob(f"*{HTML}") if "." not in path.name.removesuffix(HTML)}
    )  # fmt: skip


def _known(store: Store, notice: Notice, outgoing: Outgoing) -> int | None:
    """Return the run that the key stands for already."""
    if notice.key is None:
        return None
    store.take_ids("outgoing", 0)
    row = store.one("outbox.run_of_key", message_key=notice.key)
    if row is None:
        return None
    if (row["name"], row["contact_id"]) != (outgoing.name, notice.contact_id):
        raise KeyTaken(notice.key, row)
    return int(row["run_id"])


def _prove(renderer: Renderer, recipient: Recipient, now: datetime) -> None:
    from ecrm_cli.core.template import BadTemplate

    try:
        renderer.render(recipient, now)
    except BadTemplate as error:
        name = error.place.key or ""
        if name.isidentifier() and name not in recipient.context and "no name" in error.message:
            raise NotTold(renderer.outgoing.name, name) from None
        raise


def _recipient(store: Store, notice: Notice) -> Recipient:
    contacts.choose(store, [notice.contact_id])
    contact = next(contacts.letters(store))
    address = contact["email"]
    if not address:
        raise NoEmail(notice.contact_id)
    for row in consent.standing(store, notice.contact_id):
        if row["reason"] in STOPS and row["address"] == address:
            raise AddressStopped(row)
    return Recipient(0, 0, contact, address, contact["locale"], None, "<preview@example.invalid>",
                     notice.told)  # fmt: skip
