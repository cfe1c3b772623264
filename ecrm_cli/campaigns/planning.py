"""What a new run would do, found out and refused before anything is written or sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ecrm_cli.campaigns import audience
from ecrm_cli.campaigns.audience import Size, Whom
from ecrm_cli.campaigns.drafts import Draft
from ecrm_cli.campaigns.model import BrokenTemplate, NobodyToMail, WrongCount, check_size
from ecrm_cli.campaigns.rehearsal import Breakage, Reader, rehearse
from ecrm_cli.core.store import Store
from ecrm_cli.outbox.rendering import Renderer


@dataclass(frozen=True)
class Wish:
    """What was said on the line about a new run.

    ``most`` is --max-recipients, ``limit`` the setting; ``confirmed`` is --confirm.
    """

    again: bool = False
    include_sent: bool = False
    confirmed: int | None = None
    most: int | None = None
    limit: int | None = None
    skip_broken: bool = False


@dataclass(frozen=True)
class Plan:
    """A run that would be allowed; ``last_run`` is the campaign's run before it, or None."""

    draft: Draft
    wish: Wish
    whom: Whom
    size: Size
    last_run: int | None


def plan(reader: Reader, draft: Draft, wish: Wish, last_run: int | None) -> Plan:
    """Find out whom a run would go to, and render every message of it once.

    The store is open only for moments. Raises BadTemplate, BrokenTemplate, NobodyToMail, TooMany,
    MuchLarger, WrongCount.
    """
    renderer = Renderer(draft.outgoing, draft.terms)
    whom = replace(draft.whom, unreached=wish.again and not wish.include_sent)
    with reader.reading() as store:
        size = audience.fill(store, draft.asking, whom)
        people, before = audience.wanted(store), last_size(store)
    found = rehearse(reader, renderer, people)
    if found:
        broken = tuple(one for breakage in found for one in breakage.contact_ids)
        if not wish.skip_broken:
            raise broken_template(found, len(broken), size.wanted)
        whom = replace(whom, broken=broken)
        skipped = {**size.skipped, "render-error": len(broken)}
        size = Size(size.wanted - len(broken), skipped)
    planned = Plan(draft, wish, whom, size, last_run)
    check(planned, size, before)
    return planned


def prove(reader: Reader, draft: Draft) -> None:
    """Render every message a draft would make once. Raises BadTemplate, BrokenTemplate."""
    renderer = Renderer(draft.outgoing, draft.terms)
    with reader.reading() as store:
        size = audience.fill(store, draft.asking, draft.whom)
        people = audience.wanted(store)
    found = rehearse(reader, renderer, people)
    if found:
        hits = sum(len(breakage.contact_ids) for breakage in found)
        raise broken_template(found, hits, size.wanted)


def last_size(store: Store) -> int:
    """Return how many the newest run of any campaign went to; 0 before the first."""
    row = store.one("campaigns.last_size")
    return int(row["messages"]) if row else 0


def check(planned: Plan, size: Size, before: int) -> None:
    """Raise what forbids a run of this size after one to so many."""
    wish = planned.wish
    if not size.wanted:
        raise NobodyToMail(planned.draft.rule.segment, size.skipped)
    if wish.include_sent and wish.confirmed != size.wanted:
        raise WrongCount(size.wanted, wish.confirmed)
    check_size(size.wanted, wish.most, wish.limit, before)


def broken_template(found: Sequence[Breakage], hits: int, whole: int) -> BrokenTemplate:
    """Return the complaint about the commonest way in which a template fails."""
    return BrokenTemplate(found[0].error, hits, whole, found[0].examples[0])
