"""Contacts written by hand: added, edited, and what they were before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ecrm_cli.audit import ops as audit
from ecrm_cli.contacts.model import PROFILE_FIELDS, Profile, normal_email, normal_phone
from ecrm_cli.contacts.ops import owners_of, show
from ecrm_cli.core.calendar import is_zone
from ecrm_cli.core.errors import Conflict, DataError
from ecrm_cli.core.store import Row, Store


class AddressTaken(Conflict):
    """An address belongs to one living contact."""

    def __init__(self, value: str, owner: int) -> None:
        super().__init__(
            f"{value} belongs to contact P-{owner} already.",
            hint=f"Look with ecrm contact show P-{owner}, or edit that contact.",
            matches=[f"P-{owner}"],
        )


class NoAddressLeft(DataError):
    """A contact is known by something: an address, a number or an id."""

    def __init__(self, contact_id: int) -> None:
        super().__init__(
            f"P-{contact_id} would have no e-mail, phone or id left.",
            hint="Give another one in the same command.",
        )


# The normalized address, or None where it is taken away, and what was written.
Addresses = dict[str, tuple[str | None, str]]


def add(store: Store, now: datetime, profile: Profile, country: str | None) -> int:
    """Add one contact; return its id. Raises BadEmail, BadPhone, AddressTaken, DataError."""
    if not profile.email and not profile.phone:
        raise DataError(
            "A contact needs an e-mail address or a phone number.", hint="Give --email or --phone."
        )
    fields = {name: value or None for name, value in _fields(profile).items()}
    addresses = _addresses(profile, fields["country"] or country)
    with store.transaction():
        _refuse_taken(store, addresses, None)
        contact_id = store.take_ids("contact") + 1
        store.run("contacts.add_contact", contact_id=contact_id, now=now, **fields)
        _write_addresses(store, now, contact_id, addresses)
        audit.record(store, now, "contact add", {"contacts": [contact_id]})
    return contact_id


def edit(
    store: Store, now: datetime, contact_id: int, profile: Profile, country: str | None
) -> list[str]:
    """Change the fields given; return the names of those that differ now.

    An empty text clears a field. The values before go to ``contact_change``. Raises what ``add``
    raises, and NoAddressLeft.
    """
    fields = {name: value for name, value in _fields(profile).items() if value is not None}
    with store.transaction():
        page = show(store, contact_id)
        addresses = _addresses(profile, fields.get("country") or page["country"] or country)
        _refuse_taken(store, addresses, contact_id)
        before = {
            name: page[name] for name, value in fields.items() if (value or None) != page[name]
        }
        changed = {kind: told for kind, told in addresses.items() if told[0] != page[kind]}
        before |= {kind: page[kind] for kind in changed}
        if not before:
            return []
        _write_change(store, now, contact_id, before)
        merged = {name: fields.get(name, page[name]) or None for name in PROFILE_FIELDS}
        store.run("contacts.edit_contact", contact_id=contact_id, now=now, **merged)
        _write_addresses(store, now, contact_id, changed)
        audit.record(
            store, now, "contact edit", {"contacts": [contact_id], "fields": sorted(before)}
        )
    return sorted(before)


def _fields(profile: Profile) -> dict[str, Any]:
    """Return the profile's fields by name; None leaves a field alone, "" clears it."""
    given = {name: getattr(profile, name) for name in PROFILE_FIELDS}
    fields: dict[str, Any] = {
        name: text if text is None else text.strip() for name, text in given.items()
    }
    if fields["zone"] and not is_zone(fields["zone"]):
        raise DataError(
            f"{fields['zone']!r} is not a time zone.", hint="Write it like Europe/Belgrade."
        )
    if fields["country"]:
        fields["country"] = _country(fields["country"])
    if fields["birthday"]:
        try:
            fields["birthday"] = date.fromisoformat(fields["birthday"])
        except ValueError:
            raise DataError(
                f"{fields['birthday']!r} is not a date.", hint="Write it like 1990-05-21."
            ) from None
    return fields


def _country(words: str) -> str:
    from ecrm_cli.core.locale import country_code

    code = country_code(words)
    if code is None:
        raise DataError(
            f"{words!r} is not a country that is known here.",
            hint="Write its two letters, such as RS, or its English name.",
        )
    return code


def _addresses(profile: Profile, country: str | None) -> Addresses:
    found: Addresses = {}
    if profile.email is not None:
        found["email"] = (normal_email(profile.email) if profile.email else None, profile.email)
    if profile.phone is not None:
        number = normal_phone(profile.phone, country) if profile.phone else None
        found["phone"] = (number, profile.phone)
    return found


def _refuse_taken(store: Store, addresses: Addresses, contact_id: int | None) -> None:
    for kind, (value, _raw) in addresses.items():
        for owner in owners_of(store, kind, value) if value else []:
            if owner != contact_id:
                raise AddressTaken(str(value), owner)


def _write_addresses(store: Store, now: datetime, contact_id: int, addresses: Addresses) -> None:
    """Let each address take the place of the primary one of its kind."""
    for kind, (value, raw) in addresses.items():
        whose = {"contact_id": contact_id, "kind": kind}
        store.run("contacts.drop_primary", **whose)
        if value is not None:
            store.run("contacts.make_primary", value=value, **whose)
            number = store.take_ids("identity") + 1
            store.run(
                "contacts.add_identity", identity_id=number, value=value, raw=raw, now=now, **whose
            )
        store.run("contacts.promote_oldest", **whose)
    if not (store.one("contacts.count_identities", contact_id=contact_id) or {})["identities"]:
        raise NoAddressLeft(contact_id)


def _write_change(store: Store, now: datetime, contact_id: int, before: dict[str, object]) -> None:
    from ecrm_cli.core.formats import as_line

    store.run(
        "contacts.record_change",
        change_id=store.take_ids("contact_change") + 1,
        contact_id=contact_id,
        origin="edit",
        origin_id=None,
        actor=store.actor,
        now=now,
        before=as_line(before),
    )


def history(store: Store, contact_id: int) -> list[Row]:
    """Return each change: occurred_at, actor, origin, field, before, after.

    ``after`` is the value at the next change of the field, or today's.
    """
    import msgspec

    page = show(store, contact_id)
    latest: dict[str, Any] = {
        f"attributes.{name}": value for name, value in page["attributes"].items()
    }
    latest |= page
    told: list[Row] = []
    for change in reversed(store.rows("contacts.history", contact_id=contact_id)):
        origin = change["origin"] + (f" I-{change['origin_id']}" if change["origin_id"] else "")
        for name, before in reversed(msgspec.json.decode(change["before"]).items()):
            told.append(
                {
                    "occurred_at": change["occurred_at"],
                    "actor": change["actor"],
                    "origin": origin,
                    "field": name,
                    "before": before,
                    "after": latest.get(name),
                }
            )
            latest[name] = before
    told.reverse()
    return told
