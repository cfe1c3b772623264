"""Points given, spent and mended by hand."""

from __future__ import annotations

from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.store import Row, Store
from ecrm_cli.loyalty.model import EmptyKey, KeyTaken, NotEnough, Posting
from ecrm_cli.loyalty.ops import points_of
from ecrm_cli.loyalty.settling import GUARD

# The account on the other side of the customer's.
OTHER_SIDE = {"earn": "issued", "redeem": "redeemed", "adjust": "adjusted"}


def earn(store: Store, now: datetime, new: Posting) -> Row:
    """Give points; ``new.points`` is above 0. Returns what ``redeem`` returns, without reward.

    Raises KeyTaken, EmptyKey.
    """
    return _post(store, now, "earn", new, new.points)


def redeem(store: Store, now: datetime, new: Posting) -> Row:
    """Let somebody spend points; ``new.points`` is above 0, what they have suffices.

    Returns key, contact, reward, points, balance, code, repeated. With the key of an earlier
    redemption that one's answer is returned and nothing is posted.
    Raises NotEnough, KeyTaken, EmptyKey.
    """
    done = _post(store, now, "redeem", new, -new.points)
    return {
        "key": done["key"],
        "contact": done["contact"],
        "reward": None,
        "points": new.points,
        "balance": done["balance"],
        "code": None,
        "repeated": done["repeated"],
        "ref": done["ref"],
    }


def adjust(store: Store, now: datetime, new: Posting) -> Row:
    """Mend a balance: ``new.points`` are added, or taken away when below 0.

    Raises NotEnough, KeyTaken, EmptyKey.
    """
    return _post(store, now, "adjust", new, new.points)


def _post(store: Store, now: datetime, kind: str, new: Posting, change: int) -> Row:
    if new.key is not None and not new.key.strip():
        raise EmptyKey
    with store.transaction():
        transaction_id = store.take_ids(GUARD) + 1
        # Keys of people and numbers of ours cannot meet: one has a colon, the other a #.
        key = f"{kind}:{new.key.strip()}" if new.key else f"{kind}#{transaction_id}"
        before = store.one("loyalty.with_key", key=key)
        if before is not None:
            store.take_ids(GUARD, -1)
            return _repeated(store, new, change, before)
        balance = points_of(store, new.contact_id)
        if change < 0 and balance + change < 0:
            raise NotEnough(new.contact_id, -change, balance)
        store.run(
            "loyalty.post",
            transaction_id=transaction_id,
            kind=kind,
            other=OTHER_SIDE[kind],
            contact_id=new.contact_id,
            points=change,
            key=key,
            reason=new.reason,
            actor=store.actor,
            now=now,
        )
        told = {"contacts": [new.contact_id], "points": change, "transaction": transaction_id}
        audit.record(store, now, f"loyalty {kind}", told)
    return _done(new, change, transaction_id, balance + change, repeated=False)


def _repeated(store: Store, new: Posting, change: int, before: Row) -> Row:
    if (before["contact_id"], before["points"]) != (new.contact_id, change):
        raise KeyTaken(new.key or "", before["contact_id"], abs(before["points"]))
    number = before["transaction_id"]
    then = store.one("loyalty.balance_at", contact_id=new.contact_id, transaction_id=number) or {}
    return _done(new, change, number, then["points"], repeated=True)


def _done(new: Posting, change: int, number: int, balance: int, *, repeated: bool) -> Row:
    return {
        "key": new.key,
        "contact": new.contact_id,
        "points": change,
        "balance": balance,
        "repeated": repeated,
        "ref": f"T-{number}",
    }
