"""People put into a store by the rooms' own ops."""

from __future__ import annotations

from ecrm_cli.contacts import profile
from ecrm_cli.contacts.model import Profile
from ecrm_cli.core.store import Store
from tests.door import NOW


def person(store: Store, email: str | None = None, phone: str | None = None) -> int:
    """Add a contact; without any address they have one that is taken away again."""
    wanted = Profile(email=email, phone=phone or (None if email else "+381641234567"))
    contact_id = profile.add(store, NOW, wanted, None)
    if not email and not phone:
        store.run("contacts.forget_identities", contact_id=contact_id)
    return contact_id


def people(store: Store, count: int) -> list[int]:
    """Add contacts p1@example.org, p2@example.org, …"""
    return [person(store, f"p{number}@example.org") for number in range(1, count + 1)]
