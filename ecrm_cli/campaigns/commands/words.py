"""What campaign's commands say to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecrm_cli.campaigns.drafts import OPEN_COMPLAINT
from ecrm_cli.campaigns.model import skip_words
from ecrm_cli.campaigns.ops import Preview
from ecrm_cli.campaigns.questions import Made
from ecrm_cli.core.formats import shown as shown_value
from ecrm_cli.outbox.model import STATUSES
from ecrm_cli.segments import explaining

_DONE = {
    "queued": "waiting",
    "sending": "being sent",
    "sent": "sent",
    "deferred": "put off by the server, tried again later",
    "failed": "refused",
    "unknown": "in doubt: they may have arrived",
    "skipped": "left out",
}


def made(what: Made) -> Iterator[str]:
    """Say what a new campaign consists of."""
    yield f"Wrote campaigns/{what.file.name}."
    if what.copied:
        yield f"Its words are in templates/{what.template}: change them there."
    yield f"Look at it: ecrm campaign preview {what.name}"


def status(found: Mapping[str, Any]) -> Iterator[str]:
    """Say how a run stands."""
    if found["run"] is None:
        yield f"{found['campaign']} has not been sent yet."
        return
    yield f"{found['campaign']}, {found['ref']}: {found['state']}, {went(found)}."
    for name in STATUSES:
        if found[name]:
            yield f"  {found[name]:>7}  {_DONE[name]}"
    for words in skip_words(found["reasons"]):
        yield f"           {words}"
    yield f"  {found['audience']:>7}  in all"
    if found["next_try"]:
        yield f"The next try is due at {shown_value(found['next_try'])}."


def went(found: Mapping[str, Any]) -> str:
    """Say where the mail of a run goes."""
    stays = ": nothing has left this machine" if found["transport"] == "folder" else ""
    return f"to {found['place']}{stays}"


def preview(found: Preview) -> Iterator[str]:
    """Say what a message will look like."""
    yield f"From:     {found.sender}"
    yield f"To:       {found.address or '(no e-mail address)'}"
    yield f"Subject:  {found.shown.subject}"
    yield ""
    yield from found.shown.text.splitlines()


def shown(found: Mapping[str, Any]) -> Iterator[str]:
    """Say what a campaign's file says, and how its runs went."""
    yield from found["text"].splitlines()
    for run in found["runs"]:
        yield ""
        yield f"{run['ref']} of {shown_value(run['created_at'])}: {run['state']}, {went(run)}"
        yield f"  {run['sent']} sent of {run['audience']}"


def explained(found: Mapping[str, Any]) -> Iterator[str]:
    """Say why somebody would be mailed or not, and what became of their message."""
    who = f"P-{found['contact']}"
    verdict = "would be mailed" if found["would"] else f"would not be mailed: {found['reason']}"
    yield f"{who} {verdict}."
    complaint = [found["open_complaint"]] if found["reason"] == OPEN_COMPLAINT else []
    for belongs in (found["segment"], *found["exclude"], *complaint):
        yield from (f"  {line}" for line in explaining.lines(belongs))
    for rule in found["consent"]["rules"]:
        yield f"  {'yes' if rule['holds'] else 'no':<4} {rule['rule']}"
    if message := found["message"]:
        said = [message["status"], message["reason"], message["server_reply"]]
        when = message["sent_at"] or message["next_try"]
        yield f"{message['run']}: {', '.join(filter(None, said))}" + (
            f", {shown_value(when)}" if when else ""
        )


def tested(found: Mapping[str, Any]) -> Iterator[str]:
    """Say where a message to oneself went."""
    yield f"One message for {found['to']} went {went(found)}."
