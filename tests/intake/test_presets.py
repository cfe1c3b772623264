"""Which column is which field: recognized, mapped, named in a preset of one's own."""

from __future__ import annotations

import pytest

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import DataError, NotFound
from ecrm_cli.intake.layout import NothingIdentifies, NotOrders
from ecrm_cli.intake.presets import FIELDS, SHIPPED, UnknownColumn, read_presets
from tests.desk import Desk, counts, csv_of

LISTMONK = "email,name,attributes\nana@example.org,Ana,{}\n"


@pytest.mark.parametrize(
    ("kind", "header", "preset", "source"),
    [
        ("contacts", "First Name,Last Name,Email,Accepts Marketing",
         "shopify-customers", "shopify"),
        ("contacts", "Email,Accepts Email Marketing,Last Name,First Name,x",
         "shopify-customers", "shopify"),
        ("contacts", "email,name,attributes", "listmonk", "listmonk"),
        ("contacts", "uuid,email,name,attributes,status,created_at,updated_at",
         "listmonk", "listmonk"),
        ("contacts", "Email,First name,Last name", "keila", "keila"),
        ("contacts", "email,first_name,last_name", "plain-contacts", "file"),
        ("contacts", "E-Mail,Phone Number,COUNTRY", "plain-contacts", "file"),
        ("orders",
         "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
         "online-retail", "online-retail"),
        ("orders", "order_id,date,email,total", "plain-orders", "file"),
    ],
)  # fmt: skip
def test_a_header_gives_its_program_away(
    desk: Desk, kind: str, header: str, preset: str, source: str
) -> None:
    row = ",".join("a@example.org" if "mail" in name.lower() else "x" for name in header.split(","))
    done = desk.bring(kind, f"{header}\n{row}\n")
    assert (done.preset, done.source, done.rows) == (preset, source, 1)


def test_every_preset_that_is_shipped_names_fields_and_where_it_is_documented(desk: Desk) -> None:
    presets = read_presets(desk.presets)
    assert set(presets) == {path.stem for path in SHIPPED.glob("*.yaml")}
    for preset in presets.values():
        assert preset.fields.keys() <= set(FIELDS[preset.kind])
        assert preset.made_for
        assert preset.documented


def test_headings_are_compared_without_case_blanks_and_signs(desk: Desk) -> None:
    desk.contacts(
        csv_of("E-MAIL ADDRESS;  First_Name ;date-of-birth", "a@example.org;Ana;21.5.1990")
    )
    (row,) = desk.rows("SELECT given_name, birthday::VARCHAR AS birthday FROM contact")
    assert row == {"given_name": "Ana", "birthday": "1990-05-21"}


def test_a_column_can_be_mapped_by_hand_over_what_was_recognized(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("Email,Private mail,Who", "work@example.org,ana@example.org,Ana"),
        mapped={"email": "private MAIL", "given_name": "Who"},
    )
    assert counts(done) == (1, 0, 0, 0)
    (row,) = contacts.pages(desk.store)
    assert (row["email"], row["given_name"]) == ("ana@example.org", "Ana")
    assert contacts.show(desk.store, 1)["attributes"] == {"email": "work@example.org"}


def test_a_preset_that_is_named_is_used_whatever_the_header(desk: Desk) -> None:
    done = desk.contacts(LISTMONK, preset="plain-contacts")
    assert (done.preset, done.source) == ("plain-contacts", "file")


def test_the_source_of_ids_can_be_named(desk: Desk) -> None:
    desk.contacts(csv_of("id,email", "7,ana@example.org"), source="till")
    assert desk.values("SELECT value FROM identity WHERE kind = 'external'") == ["till:7"]


@pytest.mark.parametrize(
    ("mapped", "words", "hint"),
    [
        ({"emial": "email"}, "There is no field 'emial' for contacts", "Did you mean email"),
        ({"zzz": "email"}, "There is no field 'zzz' for contacts", "The fields are: email, phone"),
        ({"email": "mial"}, "the file has no column 'mial'", "Its columns are: email, name"),
    ],
)
def test_an_unknown_field_or_column_is_said_with_those_there_are(
    desk: Desk, mapped: dict[str, str], words: str, hint: str
) -> None:
    with pytest.raises(UnknownColumn, match=words) as caught:
        desk.contacts(csv_of("email,name", "ana@example.org,Ana"), mapped=mapped)
    assert caught.value.code == 3
    assert hint in caught.value.hint


def test_an_unknown_preset_is_answered_with_those_like_it(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no preset 'listmonc'") as caught:
        desk.contacts(LISTMONK, preset="listmonc")
    assert (caught.value.code, caught.value.matches) == (4, ["listmonk"])


@pytest.mark.parametrize("preset", ["cdnow", "online-retail", "plain-orders"])
def test_a_preset_of_orders_reads_no_people(desk: Desk, preset: str) -> None:
    with pytest.raises(
        DataError, match=f"The preset {preset} reads orders, not contacts"
    ) as caught:
        desk.contacts(LISTMONK, preset=preset)
    assert "ecrm import orders" in caught.value.hint


OWN = """
kind: contacts
source: kasa
signatures: [[Kupac, Pošta]]
fields:
  external_id: [Šifra]
  email: [Pošta]
  name: [Kupac]
  created_at: [Od]
dates: ["%d/%m/%Y"]
"""


def test_a_workspace_has_presets_of_its_own(desk: Desk) -> None:
    desk.presets.mkdir()
    (desk.presets / "kasa.yaml").write_text(OWN, encoding="utf-8")
    done = desk.contacts(
        csv_of("Šifra;Kupac;Pošta;Od", "7;Ana Petrović;ana@example.org;01/02/2024")
    )
    assert (done.preset, done.source) == ("kasa", "kasa")
    assert desk.values("SELECT value FROM identity WHERE kind = 'external'") == ["kasa:7"]
    assert desk.values("SELECT created_at::VARCHAR FROM contact") == ["2024-01-31 23:00:00"]


def test_a_preset_of_ones_own_comes_before_a_shipped_one_of_its_name(desk: Desk) -> None:
    desk.presets.mkdir()
    shipped = (SHIPPED / "listmonk.yaml").read_text(encoding="utf-8")
    (desk.presets / "listmonk.yaml").write_text(shipped.replace("source: listmonk", "source: mine"))
    assert desk.contacts(LISTMONK).source == "mine"


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (OWN.replace("name:", "nmae:"), "There is no field 'nmae' for contacts", 8),
        (OWN.replace("kind: contacts", "kind: people"), "'people' is not one of the choices", 2),
        (OWN.replace("%d/%m", "%Q"), "'%Q/%Y' is not the pattern of a date", 10),
        (OWN.replace("source: kasa", "sorce: kasa"), "sorce", 3),
        ("\tkind: contacts\n", "tab", 1),
    ],
)
def test_a_mistake_in_a_preset_is_said_with_its_file_and_line(
    desk: Desk, text: str, words: str, line: int
) -> None:
    desk.presets.mkdir()
    (desk.presets / "kasa.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words) as caught:
        desk.contacts(LISTMONK)
    assert str(caught.value.place.file).endswith("kasa.yaml")
    assert caught.value.place.line == line


def test_a_file_in_which_nothing_names_a_person_is_refused(desk: Desk) -> None:
    with pytest.raises(NothingIdentifies, match="its columns are: name, city") as caught:
        desk.contacts(csv_of("name,city", "Ana,Novi Sad"))
    assert "--map email=COLUMN" in caught.value.hint


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("order_id,email,total", "the day of an order"),
        ("order_id,date,email", "a total or a price"),
    ],
)
def test_a_file_without_days_or_amounts_is_no_file_of_orders(
    desk: Desk, header: str, missing: str
) -> None:
    with pytest.raises(NotOrders, match=f"no column holds {missing}"):
        desk.orders(csv_of(header, "1,2,3"))


def test_columns_that_no_field_claims_are_kept_as_attributes(desk: Desk) -> None:
    desk.contacts(
        csv_of("email,Shoe Size,shoe-size,,agreed,Consent", "ana@example.org,38,39,x,maybe,yes")
    )
    assert contacts.show(desk.store, 1)["attributes"] == {
        "shoe_size": "38", "shoe_size_2": "39", "column_4": "x", "agreed": "yes",
        "agreed_2": "maybe"
    }  # fmt: skip
