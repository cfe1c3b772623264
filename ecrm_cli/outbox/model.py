"""What a run of mail is made of, and the rules that need no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

STATUSES = ("queued", "sending", "sent", "deferred", "failed", "unknown", "skipped")
STATES = ("running", "paused", "cancelled", "finished")
ENDED = ("cancelled", "finished")

# What the owner may say of a message in doubt.
VERDICTS = ("sent", "failed")

Verdict = Literal["sent", "failed"]
Kind = Literal["campaign", "service"]
Transport = Literal["folder", "smtp"]

# A deferred message is tried again after 5, 15, 45 and 135 minutes; the fifth try is the last.
FIRST_DELAY_MINUTES = 5
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Outgoing:
    """What a run sends, frozen when it begins.

    ``name`` is the campaign's or the template's; ``topic`` is None for service mail; ``sender``
    is the From header, such as ``Corner Coffee <hello@coffee.example>``; ``subject`` is Jinja
    text; ``html`` and ``txt`` map a language to Jinja text, "" is the default language. ``place``
    says in words where mail goes. ``message_key`` makes a service mail happen once.
    """

    kind: Kind
    name: str
    topic: str | None
    sender: str
    subject: str
    html: Mapping[str, str]
    txt: Mapping[str, str]
    transport: Transport
    place: str
    message_key: str | None = None


@dataclass(frozen=True)
class Recipient:
    """One message to be rendered and sent.

    ``contact`` has id, given_name, family_name, email, country, locale, city, company, birthday
    (ISO text), tags (list) and attributes (dict); what is not known is None. ``mime_id`` is the
    Message-ID header with its brackets. ``context`` is what a service mail was told.
    """

    message_id: int
    seq: int
    contact: Mapping[str, Any]
    address: str
    language: str | None
    variant: str | None
    mime_id: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """What the workspace adds to every message of a run.

    ``business`` is the block of config.yaml as a dict; ``base_url`` is where our pages are
    reached, None when nowhere; ``key`` signs tokens; ``mailto`` takes unsubscriptions by mail.
    """

    business: Mapping[str, Any]
    base_url: str | None
    key: str
    mailto: str
