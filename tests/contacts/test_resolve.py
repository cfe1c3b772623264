"""Every way in which a command line names a contact."""

from __future__ import annotations

import pytest

from ecrm_cli.contacts import ops
from ecrm_cli.contacts.model import Profile
from ecrm_cli.contacts.profile import add
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.store import Store
from tests.desk import Desk, csv_of
from tests.door import NOW, Ecrm


@pytest.fixture
def ana(store: Store) -> int:
    """Ana has every kind of name; before her stand two others, so that no number fits by chance."""
    others = [Profile(email="ben@example.org"), Profile(phone="+381601112223", given_name="Cveta")]
    for other in others:
        add(store, NOW, other, None)
    profile = Profile(
        email="Ana@Example.org", phone="064 123 4567", given_name="Ana", family_name="Petrović"
    )
    contact_id = add(store, NOW, profile, "RS")
    for number, (kind, value) in enumerate((("card", "1001"), ("external", "shopify:77"))):
        store.run(
            "contacts.add_identity",
            identity_id=100 + number,
            contact_id=contact_id,
            kind=kind,
            value=value,
            raw=value,
            now=NOW,
        )
    return contact_id


@pytest.mark.parametrize(
    "words",
    [
        "ana@example.org", "ANA@EXAMPLE.ORG", " ana@example.org ",
        "0641234567", "064/123-4567", "+381641234567", "00381 64 123 4567", "tel:+381641234567",
        "card:1001", "1001", "shopify:77", "77", "3", "P-3", "p-3",
        "Ana Petrović", "ana petrović", "ANA PETROVIĆ", "petrović", "Ana Petrovic",
    ],
)  # fmt: skip
def test_a_contact_is_found_by(store: Store, ana: int, words: str) -> None:
    assert ops.resolve(store, words, "RS") == ana


def test_a_bare_number_is_an_id_before_it_is_anything_else(store: Store, ana: int) -> None:
    ben = ops.resolve(store, "ben@example.org", None)
    store.run(
        "contacts.add_identity",
        identity_id=200,
        contact_id=ana,
        kind="card",
        value=str(ben),
        raw=str(ben),
        now=NOW,
    )
    assert ops.resolve(store, str(ben), "RS") == ben
    assert ops.resolve(store, f"card:{ben}", "RS") == ana


def test_an_external_id_full_of_digits_is_not_taken_for_a_phone(store: Store, ana: int) -> None:
    ben = ops.resolve(store, "ben@example.org", None)
    store.run(
        "contacts.add_identity",
        identity_id=200,
        contact_id=ben,
        kind="external",
        value="till:0641234567",
        raw="0641234567",
        now=NOW,
    )
    assert ops.resolve(store, "till:0641234567", "RS") == ben


@pytest.mark.parametrize(
    "words",
    ["P-99", "99", "nobody@example.org", "064 765 4321", "card:9", "shopify:9", "Nobody", "P-",
     "²", "P-9999999999999999999", "9" * 30, "", "%", "'; DROP TABLE contact; --"],
)  # fmt: skip
def test_nobody_is_not_found(store: Store, ana: int, words: str) -> None:
    with pytest.raises(NotFound, match="There is no contact") as caught:
        ops.resolve(store, words, "RS")
    assert caught.value.code == 4


def test_a_national_number_needs_a_country(store: Store, ana: int) -> None:
    with pytest.raises(NotFound):
        ops.resolve(store, "0641234567", None)


def test_a_mistyped_address_is_answered_with_those_like_it(store: Store, ana: int) -> None:
    with pytest.raises(NotFound) as caught:
        ops.resolve(store, "ana@exmaple.org", "RS")
    assert caught.value.matches[0] == "ana@example.org"
    assert "Did you mean ana@example.org" in caught.value.hint


def test_a_name_of_several_is_a_conflict_that_names_them(store: Store) -> None:
    for number in (1, 2):
        add(store, NOW, Profile(email=f"a{number}@example.org", given_name="Ana"), None)
    with pytest.raises(
        ops.Ambiguous, match=r"'ana' names 2 contacts: P-1 Ana, P-2 Ana\."
    ) as caught:
        ops.resolve(store, "ana", None)
    assert caught.value.code == 5
    assert caught.value.matches == ["P-1 Ana", "P-2 Ana"]
    assert "P-1" in caught.value.hint


def test_a_name_of_very_many_names_only_some(store: Store) -> None:
    for number in range(9):
        add(store, NOW, Profile(email=f"a{number}@example.org", given_name="Ana"), None)
    with pytest.raises(
        ops.Ambiguous, match=r"names more than 5 contacts: P-1 Ana, .*P-5 Ana"
    ) as got:
        ops.resolve(store, "ana", None)
    assert "P-6" not in got.value.message


def test_an_id_of_two_sources_needs_its_source(desk: Desk) -> None:
    desk.contacts(csv_of("id,email", "700,ana@example.org"), source="till")
    desk.contacts(csv_of("id,email", "700,ben@example.org"), source="shop")
    with pytest.raises(ops.Ambiguous, match=r"P-1 ana@example\.org, P-2 ben@example\.org"):
        ops.resolve(desk.store, "700", None)
    assert ops.resolve(desk.store, "shop:700", None) == 2


def test_an_order_names_its_contact(ecrm: Ecrm) -> None:
    (ecrm.folder / "o.csv").write_text("order_id,date,email,total\n55,2026-01-01,a@example.org,9\n")
    assert ecrm("import", "orders", "o.csv").code == 0
    shown = ecrm("contact", "show", "order:55", "--json")
    assert shown.code == 0, shown.stderr
    assert shown.json["email"] == "a@example.org"


def test_contacts_come_from_stdin_one_a_line(ecrm: Ecrm) -> None:
    for name in ("ana", "ben", "cveta"):
        assert ecrm("contact", "add", "--email", f"{name}@example.org").code == 0
    tagged = ecrm("contact", "tag", "-", "vip", "--json", stdin="P-1\n\n ben@example.org \n")
    assert tagged.json == {"tag": "vip", "contacts": 2, "changed": 2}


def test_one_unknown_contact_among_many_changes_nothing(ecrm: Ecrm) -> None:
    ecrm("contact", "add", "--email", "ana@example.org")
    refused = ecrm("contact", "tag", "ana@example.org", "nobody@example.org", "vip", "--json")
    assert (refused.code, refused.error["kind"]) == (4, "not-found")
    assert ecrm("tag", "list", "--json").json == []


def test_addresses_like_it_are_found_in_whatever_case(store: Store, ana: int) -> None:
    with pytest.raises(NotFound) as caught:
        ops.resolve(store, "ANA@EXMAPLE.ORG", "RS")
    assert caught.value.matches[0] == "ana@example.org"
