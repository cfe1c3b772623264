"""What changed in a campaign's files since its run began, as a diff."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from ecrm_cli.campaigns.drafts import Draft
from ecrm_cli.core.store import Row
from ecrm_cli.outbox.model import Outgoing
from ecrm_cli.outbox.wording import files_of


@dataclass(frozen=True)
class Changes:
    """Whether the words and the rule of a run are still those of its files; ``lines`` is a diff."""

    words: tuple[str, ...]
    rule: tuple[str, ...]
    lines: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.words or self.rule)

    def said(self) -> str:
        """Return what changed, in words."""
        names = [*self.words, *self.rule]
        return f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} changed"


def changes(frozen: Outgoing, run: Row, draft: Draft) -> Changes:
    """Compare what a run froze with the campaign as it is now.

    ``run`` is the row of ``campaign_run``.
    """
    words = _words(frozen), _words(draft.outgoing)
    kept = json.loads(run["rule"])
    rule = (
        _rule(kept),
        _rule(json.loads(draft.rule.text())),
    )
    return Changes(
        tuple(_differing(*words)),
        tuple(_differing(*rule)),
        (*_diff(*words), *_diff(*rule)),
    )


def _words(outgoing: Outgoing) -> dict[str, str]:
    texts = {
        "subject": outgoing.subject,
        "from": outgoing.sender,
        "topic": outgoing.topic or "",
        "template": "\n".join(
            f"{language}: {text}"
            for language, text in sorted({**outgoing.html, **outgoing.txt}.items())
            if not language.endswith(".j2")
        ),
    }
    kept = {**files_of(outgoing.html), **files_of(outgoing.txt)}
    return texts | {f"templates/{name}": text for name, text in kept.items()}


def _rule(kept: Mapping[str, Any]) -> dict[str, str]:
    told = {name: value for name, value in kept.items() if name != "files"}
    named = {
        name: value if name == "segment" else json.dumps(value) for name, value in told.items()
    }
    return named | {f"segments/{name}.yaml": text for name, text in kept["files"].items()}


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield name


def _diff(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in _differing(old, new):
        before, after = (texts.get(name, "").splitlines() for texts in (old, new))
        yield from unified_diff(
            before, after, f"{name} (the run)", f"{name} (now)", n=1, lineterm=""
        )
