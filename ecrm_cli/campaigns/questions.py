"""The questionnaire that makes a campaign's file; each question has its flag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ecrm_cli.campaigns import files
from ecrm_cli.consent.model import check_topic
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.errors import EcrmError, NotFound, UsageError
from ecrm_cli.core.settings import Settings
from ecrm_cli.core.system import replace_file
from ecrm_cli.core.template import Templates
from ecrm_cli.outbox.wording import HTML, take_along
from ecrm_cli.segments import library

STARTER = f"offer{HTML}"


class NoSegments(NotFound):
    """A campaign needs a segment, and there is none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is no segment in {folder}.", hint="ecrm init puts the starter segments back."
        )


class EmptySubject(UsageError):
    """A subject with nothing in it."""

    def __init__(self) -> None:
        super().__init__("A mail needs a subject.", hint='Such as "Spring is here".')


@dataclass(frozen=True)
class Made:
    """What was written: the campaign's file, and its template where that is new."""

    name: str
    file: Path
    template: str
    copied: bool


def make(ask: Ask, settings: Settings, given: Mapping[str, str | None]) -> Made:
    """Ask what flags did not say, and write the file.

    ``given`` has name, segment, topic, subject, template and from. Raises BadName, CampaignExists,
    NotFound, UnknownTopic, BadTemplate, NeedsAnswer.
    """
    place = settings.workspace
    wrong = partial(files.name_complaint, place.campaigns)
    name = given["name"] or ask.text("Name of the campaign:", "NAME", check=wrong)
    files.check_new(place.campaigns, name)
    segment = _segment(ask, given["segment"], place.segments)
    topic = given["topic"] or ask.choose(
        "About which topic:", "--topic", settings.consent.topics, settings.consent.topics[0]
    )
    check_topic(topic, settings.consent.topics)
    subject = given["subject"] or ask.text("Subject:", "--subject", check=subject_complaint)
    check_subject(subject)
    template, copied = _template(settings, name, given["template"])
    values = {"subject": subject, "template": template, "segment": segment, "topic": topic}
    path = files.write(place.campaigns, name, values | {"from": given["from"]})
    return Made(name, path, template, copied)


def check_subject(subject: str) -> None:
    """Raise EmptySubject or BadTemplate for what cannot be a subject."""
    if not subject.strip():
        raise EmptySubject
    Templates([]).text(subject, "subject")


def subject_complaint(subject: str) -> str | None:
    """Return what is wrong with a subject, or None."""
    try:
        check_subject(subject)
    except EcrmError as error:
        return f"{error.message} {error.hint}".strip()
    return None


def _segment(ask: Ask, given: str | None, folder: Path) -> str:
    known = library.names(folder)
    if not known:
        raise NoSegments(folder)
    said = given or ask.choose("Who gets it:", "--segment", known)
    if said not in known:
        raise NotFound.named("segment", said, known)
    return said


def _template(settings: Settings, name: str, given: str | None) -> tuple[str, bool]:
    """Return the template of a new campaign: the one named, or one of its own made anew."""
    folders = files.template_folders(settings)
    template = given or f"{name}{HTML}"
    own = settings.workspace.templates / template
    if given is None and not own.exists():
        replace_file(own, Templates(folders).source(STARTER))
        return template, True
    take_along(folders, template)
    return template, False
