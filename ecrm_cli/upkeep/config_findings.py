"""What is wrong with config.yaml, and what it lacks for the work ahead."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ecrm_cli.core.errors import DataError, EcrmError
from ecrm_cli.core.secrets import reveal
from ecrm_cli.core.settings import Sections
from ecrm_cli.core.settings_checks import problems, programme_problems
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.core.yamlfile import Document, read

Finding = dict[str, Any]
LOCAL = ("localhost", "127.0.0.1", "::1")


class Lack(DataError):
    """A setting that is allowed to be as it is, and will be in the way."""


def findings(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Return everything wrong or missing: ``rule, severity, message, hint, examples``.

    ``severity`` is error or warning; ``examples`` are file:line.
    """
    try:
        document = read(workspace.config)
        sections = document.typed(Sections)
    except DataError as error:
        return [_finding("config", "error", error)]
    both = (*problems(document, sections), *programme_problems(document, sections.loyalty.points))
    wrong = [_finding("config", "error", problem) for problem in both]
    lacks = _lacks(document, sections)
    return [
        *wrong,
        *(_finding("missing", "warning", lack) for lack in lacks),
        *(
            _finding("secret", "warning", lack)
            for lack in _secret(sections, workspace, environment)
        ),
    ]


def _lacks(document: Document, sections: Sections) -> Iterator[Lack]:
    business, mail = sections.business, sections.mail
    if business.country is None:
        said, hint = "Phone numbers without + cannot be read.", "Write two letters, such as RS."
        yield Lack(said, hint=hint, place=document.place("business", "country"))
    if business.postal_address is None:
        said = "Marketing mail must name a postal address."
        yield Lack(said, place=document.place("business", "postal_address"))
    if mail.sender is None:
        said, hint = "No mail can be sent without a sender.", 'Write "Shop <hello@shop.example>".'
        yield Lack(said, hint=hint, place=document.place("mail", "from"))
    smtp = mail.smtp
    if mail.transport == "smtp" and smtp.security == "none" and smtp.host not in LOCAL:
        said, hint = "Mail and password would travel unprotected.", "Choose starttls or tls."
        yield Lack(said, hint=hint, place=document.place("mail", "smtp", "security"))
    if (sections.links.base_url or "").startswith("http://"):
        said, hint = "Customers' links would travel unprotected.", "Use https://."
        yield Lack(said, hint=hint, place=document.place("links", "base_url"))


def _secret(
    sections: Sections, workspace: Workspace, environment: Mapping[str, str]
) -> Iterator[EcrmError]:
    if sections.mail.transport != "smtp" or not sections.mail.smtp.password:
        return
    try:
        reveal(sections.mail.smtp.password, workspace, environment)
    except EcrmError as error:
        yield error


def _finding(rule: str, severity: str, error: EcrmError) -> Finding:
    place = error.place
    where = [f"{place.file}:{place.line}"] if place.file and place.line else []
    return {
        "rule": rule,
        "severity": severity,
        "message": f"{place.key}: {error.message}" if place.key else error.message,
        "hint": error.hint or None,
        "examples": where,
    }
