"""What is wrong with a campaign, as findings: all that a send would refuse, and nothing sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecrm_cli.campaigns import audience, files
from ecrm_cli.campaigns.drafts import Draft, draft_of
from ecrm_cli.campaigns.model import NobodyToMail
from ecrm_cli.campaigns.rehearsal import rehearse
from ecrm_cli.core.errors import DataError, EcrmError
from ecrm_cli.outbox.rendering import Renderer
from ecrm_cli.segments.checks import line as line

if TYPE_CHECKING:
    from ecrm_cli.core.app import App
    from ecrm_cli.core.store import Row


def findings(app: App, name: str) -> list[Row]:
    """Return what is wrong: rule, severity, message, hint, examples (addresses, or file:line).

    Raises NotFound for a campaign that is not there.
    """
    try:
        written = files.read(app.workspace.campaigns, name)
    except DataError as error:
        return [_finding(error)]
    found = [_finding(problem) for problem in files.problems(written, app.settings)]
    if found:
        return found
    try:
        return list(_of_draft(app, draft_of(app, name)))
    except DataError as error:
        return [_finding(error)]


def _of_draft(app: App, draft: Draft) -> Iterator[Row]:
    renderer = Renderer(draft.outgoing, draft.terms)
    with app.reading() as store:
        size = audience.fill(store, draft.asking, draft.whom)
        people = audience.wanted(store)
    if not size.wanted:
        yield _finding(NobodyToMail(draft.rule.segment, size.skipped), "warning")
    for breakage in rehearse(app, renderer, people):
        hits = len(breakage.contact_ids)
        said = f"{breakage.error.message} This hits {hits} of {size.wanted} people."
        yield _finding(breakage.error, message=said, examples=breakage.examples)


def _finding(
    error: EcrmError,
    severity: str = "error",
    message: str = "",
    examples: Sequence[str] = (),
) -> Row:
    place = error.place
    spot = ":".join(str(part) for part in (place.file, place.line) if part is not None)
    return {
        "rule": error.kind,
        "severity": severity,
        "message": message or error.message,
        "hint": error.hint,
        "examples": list(examples) or ([spot] if spot else []),
    }
