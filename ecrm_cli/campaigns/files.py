"""Campaign files: found, read as typed values with their lines, written anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from ecrm_cli.core.errors import Conflict, DataError, NotFound, Place, UsageError
from ecrm_cli.core.headers import BadAddress, split_sender
from ecrm_cli.core.settings import Settings
from ecrm_cli.core.system import replace_file
from ecrm_cli.core.workspace import shipped
from ecrm_cli.core.yamlfile import Document, parse, read_text
from ecrm_cli.outbox.wording import NotATemplate, take_along
from ecrm_cli.segments import library

SUFFIX = ".yaml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")

Text = Annotated[str, Meta(min_length=1)]


class Campaign(Struct, frozen=True, forbid_unknown_fields=True):
    """What is sent to whom. Without ``subject`` the template's title is the subject.

    Who has an open complaint is left out unless ``include_open_complaints`` is true.
    """

    template: Text
    segment: Text
    topic: Text
    subject: str | None = None
    exclude: tuple[str, ...] = ()
    include_open_complaints: bool = False
    sender: str | None = field(default=None, name="from")
    description: str | None = None


class BadCampaign(DataError):
    """A campaign that names what is not there."""

    kind = "bad-campaign"


class BadName(UsageError):
    """A name that cannot be a file's."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is no name for a campaign.", hint="Use letters, digits, - and _, up to 64."
        )


class CampaignExists(Conflict):
    """There is a campaign of that name already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is {path} already.", hint="Choose another name, or edit the file.")


@dataclass(frozen=True)
class Written:
    """A campaign as its file says it."""

    name: str
    path: Path
    document: Document
    campaign: Campaign


def names(folder: Path) -> list[str]:
    """Return the names of the campaigns in a folder, in order."""
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def check_known(folder: Path, name: str) -> None:
    """Raise NotFound with close names for a campaign that has no file."""
    known = names(folder)
    if name not in known:
        absent = NotFound.named("campaign", name, known)
        hint = absent.hint or "ecrm campaign list shows those there are; campaign new makes one."
        raise NotFound.named("campaign", name, known, hint)


def read(folder: Path, name: str) -> Written:
    """Read a campaign's file. Raises NotFound with close names, DataError with line and key."""
    check_known(folder, name)
    path = folder / f"{name}{SUFFIX}"
    document = parse(read_text(path), str(path))
    return Written(name, path, document, document.typed(Campaign))


def sound(written: Written, settings: Settings) -> Campaign:
    """Return the campaign; raises the first thing that is wrong with it."""
    for problem in problems(written, settings):
        raise problem
    return written.campaign


def problems(written: Written, settings: Settings) -> Iterator[DataError]:
    """Yield what is wrong with a campaign's file: a name that leads nowhere, a bad sender."""
    campaign, document = written.campaign, written.document
    place = settings.workspace
    segments = library.names(place.segments)
    for key, index, name in _segments_of(campaign):
        if name not in segments:
            where = document.place(key) if index is None else document.place(key, index)
            yield _absent("segment", name, segments, where)
    if campaign.topic not in settings.consent.topics:
        yield _absent("topic", campaign.topic, settings.consent.topics, document.place("topic"))
    yield from _template(campaign.template, template_folders(settings), document)
    if campaign.sender is not None:
        try:
            split_sender(campaign.sender)
        except BadAddress as error:
            hint = 'Write "Shop <hello@shop.example>".'
            yield BadCampaign(error.message, hint=hint, place=document.place("from"))


def template_folders(settings: Settings) -> list[Path]:
    """Return where templates are looked for: the workspace's, then those that came with ecrm."""
    return [settings.workspace.templates, shipped("templates")]


def check_new(folder: Path, name: str) -> None:
    """Raise BadName or CampaignExists for what cannot be the name of a new campaign."""
    if not _NAME.fullmatch(name):
        raise BadName(name)
    path = folder / f"{name}{SUFFIX}"
    if path.exists():
        raise CampaignExists(path)


def name_complaint(folder: Path, name: str) -> str | None:
    """Return what is wrong with the name of a new campaign, or None."""
    try:
        check_new(folder, name)
    except (BadName, CampaignExists) as error:
        return f"{error.message} {error.hint}"
    return None


def write(folder: Path, name: str, values: Mapping[str, object]) -> Path:
    """Write a new campaign's file; ``values`` by its keys, in order.

    Raises BadName, CampaignExists, CannotWrite, DiskFull.
    """
    check_new(folder, name)
    path = folder / f"{name}{SUFFIX}"
    lines = [f"{key}: {_yaml(value)}" for key, value in values.items() if value]
    replace_file(path, "\n".join([f"# Look at it first: ecrm campaign preview {name}", *lines, ""]))
    return path


def _segments_of(campaign: Campaign) -> Iterator[tuple[str, int | None, str]]:
    yield "segment", None, campaign.segment
    for index, name in enumerate(campaign.exclude):
        yield "exclude", index, name


def _template(name: str, folders: Sequence[Path], document: Document) -> Iterator[DataError]:
    place = document.place("template")
    try:
        take_along(folders, name)
    except NotATemplate:
        yield NotATemplate(name, place)
    except NotFound as error:
        # The file itself, or one that it includes.
        yield BadCampaign(error.message, hint=error.hint, place=place, matches=error.matches)
    except DataError as error:
        yield error


def _absent(noun: str, name: str, known: Sequence[str], place: Place) -> BadCampaign:
    built = NotFound.named(noun, name, known)
    hint = built.hint or f"There are: {', '.join(known) or 'none yet'}."
    return BadCampaign(built.message, hint=hint, place=place, matches=built.matches)


def _yaml(value: object) -> str:
    text = str(value)
    # What JSON writes in quotes YAML reads as the same text.
    plain = _PLAIN.fullmatch(text) and text not in ("true", "false", "null")
    return text if plain else json.dumps(text, ensure_ascii=False)
