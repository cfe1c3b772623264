"""A frozen run and a recipient made into a message's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.headers import exact, mailbox, one_line, split_sender, unstructured, wire_address
from ecrm_cli.core.locale import direction, fallbacks, tidy_tag
from ecrm_cli.core.mail import Letter, Skeleton
from ecrm_cli.core.template import Template, Templates
from ecrm_cli.outbox.model import Outgoing, Recipient, Terms
from ecrm_cli.outbox.parts import Parts, Press
from ecrm_cli.outbox.tokens import list_headers, tokens_by, unsubscribe_url
from ecrm_cli.outbox.wording import files_of

COLOR = "#2f5d50"
# A person wrote the words of these: no machine answers, so RFC 3834 wants no Auto-Submitted.
BY_A_PERSON = frozenset(("case-reply", "service/case-reply"))


class NoSubject(DataError):
    """A message whose subject came out empty."""

    kind = "no-subject"

    def __init__(self) -> None:
        super().__init__(
            "The subject comes out empty.",
            hint="Write one; where there is none, the <title> of the template is the subject.",
        )


@dataclass(frozen=True)
class Shown:
    """A message as it will be read. ``language`` is the one it is written in."""

    subject: str
    html: str
    text: str
    language: str


@dataclass(frozen=True)
class _Language:
    """The templates of one language; ``txt`` None is made from the HTML."""

    tag: str
    html: Template
    txt: Template | None


class Renderer:
    """Makes the messages of one run.

    Raises BadTemplate when it is made, for what cannot be compiled, and BadAddress for the sender.
    """

    def __init__(self, outgoing: Outgoing, terms: Terms) -> None:
        self.outgoing = outgoing
        self.terms = terms
        self._templates = Templates({**files_of(outgoing.html), **files_of(outgoing.txt)})
        self._subject = self._templates.text(outgoing.subject, "subject")
        self._press = Press()
        self._address = split_sender(outgoing.sender)[1]
        self._written = {
            language: self._compiled(language)
            for language in outgoing.html
            if not language.endswith(".j2")
        }
        self._languages: dict[str | None, _Language] = {}
        self._business = with_colors(terms.business)
        self._token_of = tokens_by(terms.key)
        self._date = datetime.min, ""

    def render(self, recipient: Recipient, now: datetime) -> bytes:
        """Return the message; raises BadTemplate, NoSubject, BadAddress."""
        token = self._token_of(recipient.mime_id)
        shown = self._shown(recipient, token)
        return self._skeleton.fill(
            Letter(self._headers(recipient, shown, token, now), shown.text, shown.html)
        )

    def show(self, recipient: Recipient) -> Shown:
        """Return what a recipient would read; raises BadTemplate, NoSubject."""
        return self._shown(recipient, self._token_of(recipient.mime_id))

    def check(self, recipient: Recipient) -> None:
        """Render a recipient's templates and nothing more; raises BadTemplate, BadAddress."""
        wire_address(recipient.address)
        language = self._language(recipient.language)
        context = self._context(recipient, "", language)
        context["subject"] = subject = self._subject.render(context)
        language.html.pieces(context)
        if language.txt is not None:
            language.txt.pieces(context)
        if self.outgoing.subject and not subject.strip():
            raise NoSubject

    def _shown(self, recipient: Recipient, token: str) -> Shown:
        language = self._language(recipient.language)
        context = self._context(recipient, token, language)
        if self.outgoing.subject:
            context["subject"] = self._subject.render(context)
        parts: Parts = self._press.parts(language.html.pieces(context))
        text = parts.text if language.txt is None else language.txt.render(context)
        subject = one_line(str(context["subject"])) if self.outgoing.subject else parts.title
        if not subject:
            raise NoSubject
        return Shown(subject, parts.html, text, language.tag)

    def _context(self, recipient: Recipient, token: str, language: _Language) -> dict[str, object]:
        """Return the names that templates may use."""
        names: dict[str, object] = {
            "subject": "",
            **recipient.context,
            "contact": _contact(recipient.contact),
            "business": self._business,
            "language": language.tag,
            "direction": direction(language.tag),
        }
        if self.outgoing.kind == "campaign":
            names["campaign"] = {"name": self.outgoing.name, "topic": self.outgoing.topic}
            names["unsubscribe_url"] = unsubscribe_url(token, self.terms)
        return names

    def _headers(self, recipient: Recipient, shown: Shown, token: str, now: datetime) -> str:
        names = (recipient.contact.get("given_name"), recipient.contact.get("family_name"))
        lines = [
            mailbox("To", " ".join(filter(None, names)), wire_address(recipient.address)),
            unstructured("Subject", shown.subject),
            self._dated(now.replace(microsecond=0)),
            exact("Message-ID", recipient.mime_id),
        ]
        if self.outgoing.kind == "campaign":
            lines += [exact(*header) for header in list_headers(token, self.terms)]
        return "".join(lines)

    def _dated(self, second: datetime) -> str:
        """Return the Date header; many messages leave in the same second."""
        from email.utils import format_datetime

        if self._date[0] != second:
            self._date = second, exact("Date", format_datetime(second))
        return self._date[1]

    def _language(self, wanted: str | None) -> _Language:
        """Return the templates for somebody's language: the nearest there is, or the default."""
        if wanted not in self._languages:
            default = str(self.terms.business["languages"][0])
            tags = fallbacks(wanted, default) if wanted else []
            found = next((tag for tag in tags if tag in self._written), "")
            # Who reads the default language is not sent another one before it.
            own = tidy_tag(default) in tags[: tags.index(found)] if found else True
            self._languages[wanted] = self._written["" if own else found]
        return self._languages[wanted]

    def _compiled(self, language: str) -> _Language:
        html = self._templates.text(self.outgoing.html[language], f"{self.outgoing.name}.html.j2")
        plain = self.outgoing.txt.get(language)
        return _Language(
            language or tidy_tag(str(self.terms.business["languages"][0])),
            html,
            None if plain is None else self._templates.text(plain, f"{self.outgoing.name}.txt.j2"),
        )

    @cached_property
    def _skeleton(self) -> Skeleton:
        from hashlib import blake2b

        outgoing = self.outgoing
        fixed = {}
        if outgoing.kind == "campaign":
            domain = self._address.rpartition("@")[2]
            fixed = {"List-Id": f"<{outgoing.topic}.{domain}>", "Precedence": "bulk"}
        elif outgoing.name not in BY_A_PERSON:
            fixed = {"Auto-Submitted": "auto-generated"}
        # Nobody who writes a text for a mail can know it; and it is the same for the whole run.
        secret = blake2b(repr(outgoing).encode(), key=self.terms.key.encode()[:64], digest_size=12)
        return Skeleton(outgoing.sender, fixed, f"=_{secret.hexdigest()}")


def with_colors(business: Mapping[str, Any]) -> dict[str, Any]:
    """Return the business as templates see it: with a colour, and one that reads on it."""
    color = str(business.get("color") or COLOR)
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    # Perceived brightness (ITU-R BT.601): dark letters from the middle upwards.
    light = red * 299 + green * 587 + blue * 114 > 150_000
    return {**business, "color": color, "color_text": "#1d1d1c" if light else "#ffffff"}


def _contact(contact: Mapping[str, Any]) -> dict[str, Any]:
    born = contact.get("birthday")
    return {**contact, "birthday": date.fromisoformat(born) if isinstance(born, str) else born}
