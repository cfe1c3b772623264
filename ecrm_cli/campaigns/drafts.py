"""A campaign as a run would freeze it now: its words, its rule, the workspace's terms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrm_cli.campaigns import files
from ecrm_cli.campaigns.audience import Whom
from ecrm_cli.core.formats import as_line
from ecrm_cli.core.settings_cases_checks import COMPLAINT
from ecrm_cli.outbox.model import Outgoing, Terms
from ecrm_cli.outbox.terms import place_words, sender_of, terms_of
from ecrm_cli.outbox.wording import take_along
from ecrm_cli.segments import library
from ecrm_cli.segments import ops as segments
from ecrm_cli.segments.model import All, AnyOf, Asking, Named, Not, Part

if TYPE_CHECKING:
    from ecrm_cli.core.app import App


# Nobody is mailed an offer while their complaint waits for an answer.
OPEN_COMPLAINT = "open-complaint"
_COMPLAINING = f"cases: {{open: true, category: {COMPLAINT}}}"


@dataclass(frozen=True)
class RuleText:
    """Who, as it is written: the segment, those left out, and the files of all segments named."""

    segment: str
    exclude: tuple[str, ...]
    files: Mapping[str, str]
    include_open_complaints: bool = False

    def text(self) -> str:
        """Return it as JSON, as a run keeps it."""
        kept = {"segment": self.segment, "exclude": self.exclude, "files": self.files}
        # Runs from before there were cases have no such key.
        said = {"include_open_complaints": True} if self.include_open_complaints else {}
        return as_line(kept | said)

    @property
    def digest(self) -> str:
        """The digest of the text."""
        return hashlib.sha256(self.text().encode()).hexdigest()


@dataclass(frozen=True)
class Draft:
    """All that a run of a campaign is made from."""

    name: str
    outgoing: Outgoing
    terms: Terms
    whom: Whom
    rule: RuleText
    asking: Asking


def draft_of(app: App, name: str) -> Draft:
    """Read a campaign and all that it names.

    Raises NotFound, and DataError for what is wrong with its file, segments or templates.
    """
    settings = app.settings
    campaign = files.sound(files.read(app.workspace.campaigns, name), settings)
    asking = segments.asking_of(app)
    sender = sender_of(settings, campaign.sender)
    wording = take_along(files.template_folders(settings), campaign.template)
    outgoing = Outgoing(
        kind="campaign",
        name=name,
        topic=campaign.topic,
        sender=sender,
        subject=campaign.subject or "",
        html=wording.html,
        txt=wording.txt,
        transport=settings.mail.transport,
        place=place_words(settings),
    )
    rules = [segments.named(asking, one) for one in (campaign.segment, *campaign.exclude)]
    complaining = library.inline(asking.folder, _COMPLAINING, OPEN_COMPLAINT)
    included = campaign.include_open_complaints
    whom = Whom(name, campaign.topic, rules[0], tuple(rules[1:]), settings.mail.transport,
                None if included else complaining)  # fmt: skip
    texts = {one: text for rule in rules for one, text in _files(asking, rule.name or "")}
    rule = RuleText(campaign.segment, campaign.exclude, dict(sorted(texts.items())), included)
    return Draft(name, outgoing, terms_of(settings, sender), whom, rule, asking)


def _files(asking: Asking, name: str) -> Iterator[tuple[str, str]]:
    """Yield a segment's file and those of the segments it names: name, text."""
    rule = library.named(asking.folder, name)
    yield name, rule.text
    for inner in _named(rule.part):
        yield from _files(asking, inner)


def _named(part: Part) -> Iterator[str]:
    if isinstance(part, Named):
        yield part.name
    elif isinstance(part, All | AnyOf):
        for inner in part.parts:
            yield from _named(inner)
    elif isinstance(part, Not):
        yield from _named(part.part)
