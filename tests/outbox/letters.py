"""Runs and recipients for tests of rendering, made of words."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import default
from typing import Any

from ecrm_cli.outbox.model import Outgoing, Recipient, Terms
from ecrm_cli.outbox.rendering import Renderer
from tests.door import NOW

BUSINESS: dict[str, Any] = {
    "name": "Zrno", "postal_address": "Trg slobode 1, Novi Sad", "country": "RS",
    "timezone": "Europe/Belgrade", "currency": "RSD", "languages": ["en", "ru"], "color": None,
    "logo": None,
}  # fmt: skip
TERMS = Terms(BUSINESS, None, "0123456789abcdef" * 4, "hello@zrno.example")
PAGE = "<p>Hello {{ contact.given_name }}, <a href='{{ unsubscribe_url }}'>leave</a></p>"
ANA: dict[str, Any] = {
    "id": 7, "given_name": "Ana", "family_name": "Petrović", "email": "ana@example.org",
    "country": "RS", "locale": "sr", "city": "Novi Sad", "company": None,
    "birthday": "1990-05-21", "tags": ["vip"], "attributes": {"size": "M"},
}  # fmt: skip


def outgoing(html: str = PAGE, **more: Any) -> Outgoing:
    """Return a campaign's run whose page is ``html``; ``more`` are fields of Outgoing."""
    run = Outgoing(
        kind="campaign", name="spring", topic="offers", sender="Zrno <hello@zrno.example>",
        subject="Spring", html={"": html}, txt={}, transport="folder", place="the folder outbox",
    )  # fmt: skip
    return replace(run, **more)


def to(address: str = "ana@example.org", **contact: Any) -> Recipient:
    """Return a recipient: Ana, but for the fields in ``contact``."""
    known = {**ANA, **contact}
    return Recipient(
        message_id=1, seq=1, contact=known, address=address, language=known["locale"], variant=None,
        mime_id="<0123456789abcdef0123456789abcdef@zrno.example>",
    )  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    """Return a message as the standard library's parser reads it."""
    return message_from_bytes(raw, policy=default)


def sent(run: Outgoing, recipient: Recipient, terms: Terms = TERMS) -> EmailMessage:
    """Return the message of a run to a recipient, read back."""
    return read(Renderer(run, terms).render(recipient, NOW))


def addressee(message: EmailMessage) -> Address:
    """Return the one address a message is to."""
    header = message["to"]
    assert isinstance(header, AddressHeader)
    (address,) = header.addresses
    return address


def part(message: EmailMessage, kind: str) -> str:
    """Return the text of a part, ``plain`` or ``html``, its lines ended by LF."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
