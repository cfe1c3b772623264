"""Templates as a run takes them along: every language of one, and all that they include."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecrm_cli.core.errors import DataError, Place
from ecrm_cli.core.locale import tidy_tag
from ecrm_cli.core.template import Templates

HTML, TXT = ".html.j2", ".txt.j2"
# A campaign's template and what it includes, and no chain without an end.
MOST_FILES = 100
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class NotATemplate(DataError):
    """A name that is no template of a mail."""

    def __init__(self, name: str, place: Place | None = None) -> None:
        super().__init__(
            f"{name!r} is no template of a mail.",
            hint=f"Its name ends in {HTML}, such as offer{HTML}; {TXT} may stand beside it.",
            place=place,
        )


class TooManyFiles(DataError):
    """Templates that include each other without an end."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} includes more than {MOST_FILES} templates.")


@dataclass(frozen=True)
class Wording:
    """A template's texts, as ``Outgoing`` keeps them.

    Each maps a language to a line that names a file, and the files by their names to their texts;
    "" is the default language.
    """

    html: Mapping[str, str]
    txt: Mapping[str, str]


def take_along(folders: Sequence[Path], name: str) -> Wording:
    """Return all that the template ``name`` needs: ``spring.html.j2`` with its languages.

    Raises NotATemplate, NotFound, BadTemplate.
    """
    if not name.endswith(HTML) or len(name) == len(HTML):
        raise NotATemplate(name)
    templates = Templates(folders)
    stem = name.removesuffix(HTML)
    html = _bundle(templates, {"": name} | _languages(folders, stem, HTML))
    plain = _languages(folders, stem, TXT)
    if any((folder / f"{stem}{TXT}").is_file() for folder in folders):
        plain = {"": f"{stem}{TXT}"} | plain
    return Wording(html, _bundle(templates, plain))


def files_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the files among a wording's texts, by their names."""
    return {name: text for name, text in texts.items() if name.endswith(".j2")}


def _languages(folders: Sequence[Path], stem: str, suffix: str) -> dict[str, str]:
    """Return the template's other languages: a tag to the name of its file."""
    found: dict[str, str] = {}
    for folder in folders:
        place = folder / stem
        for path in sorted(place.parent.glob(f"{place.name}.*{suffix}")):
            tag = path.name[len(place.name) + 1 : -len(suffix)]
            if _TAG.fullmatch(tag):
                found.setdefault(tidy_tag(tag), f"{stem}.{tag}{suffix}")
    return found


def _bundle(templates: Templates, languages: Mapping[str, str]) -> dict[str, str]:
    """Return each language's line and, by their names, all files that are needed."""
    texts = {language: f'{{% extends "{name}" %}}' for language, name in languages.items()}
    waiting = list(languages.values())
    while waiting:
        name = waiting.pop()
        if name in texts:
            continue
        if len(texts) > MOST_FILES:
            raise TooManyFiles(name)
        texts[name] = templates.source(name)
        waiting += templates.named_in(texts[name], name)
    return texts
