"""``python -m bench.freeze NAME`` in a workspace: a campaign's run written down, none of it sent.

It is what ``campaign send`` does between its question and its first claim.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from ecrm_cli.campaigns import audience, runs
from ecrm_cli.campaigns.drafts import draft_of
from ecrm_cli.campaigns.planning import Plan, Wish
from ecrm_cli.core.app import MODEST_MEMORY, App
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.output import Output, View


def main() -> None:
    """Freeze a run and say its number."""
    door = App(Output(View()), Ask(interactive=False), datetime.now(UTC), os.environ)
    draft = draft_of(door, sys.argv[1])
    planned = Plan(draft, Wish(), draft.whom, audience.Size(0, {}), None)
    with door.writing(memory=MODEST_MEMORY) as store:
        run_id = runs.freeze(store, door.now, planned)
    sys.stdout.write(f"{run_id}\n")


if __name__ == "__main__":
    main()
