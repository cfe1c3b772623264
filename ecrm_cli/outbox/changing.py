"""An unfinished run changed on the owner's word: what the rest of it says, and whom it goes to."""

from __future__ import annotations

from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.store import Store
from ecrm_cli.outbox import freezing, ops
from ecrm_cli.outbox.model import Outgoing


def reword(store: Store, now: datetime, run_id: int, outgoing: Outgoing) -> None:
    """Give the messages of a run that have not left the words of ``outgoing``. Raises BadAddress.

    Their Message-IDs stay.
    """
    freezing.sender_domain(outgoing.sender)
    with store.transaction():
        store.run(
            "outbox.reword",
            run_id=run_id,
            topic=outgoing.topic,
            sender=outgoing.sender,
            subject=outgoing.subject,
            html=freezing.as_text(outgoing.html),
            txt=freezing.as_text(outgoing.txt),
            digest=freezing.digest(outgoing),
        )
        audit.record(store, now, "mail reword", {"run": run_id})


def regroup(store: Store, now: datetime, run_id: int, key: str) -> dict[str, int]:
    """Make the table ``audience`` the audience of a run; return the counts of its status.

    What has left or may have stays. Who waits and is not in it any more is skipped, who was skipped
    and is in it now is queued, and the others are added. ``key`` is the workspace's.
    """
    with store.transaction():
        left = store.run("outbox.leave_out", run_id=run_id)
        taken = store.run("outbox.take_in", run_id=run_id)
        audit.record(store, now, "mail regroup", {"run": run_id, "left": left, "taken": taken})
        freezing.enqueue(store, now, run_id, key)
    return ops.status(store, run_id)
