"""Real exports come in as they must; what cannot is refused in words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import EcrmError
from tests.desk import Desk, consent, counts
from tests.door import Ecrm

pytestmark = pytest.mark.data

DAYS = 20


def revenue(desk: Desk) -> Decimal:
    """Return orders less refunds."""
    total: Decimal
    ((total,),) = [
        tuple(row.values())
        for row in desk.rows(
            "SELECT (SELECT sum(total) FROM orders) - (SELECT coalesce(sum(amount), 0) FROM refund)"
        )
    ]
    return total


def test_three_exports_of_people_add_up(desk: Desk, shared_data: Path) -> None:
    exports = shared_data / "exports"
    shop = desk.contacts(exports / "shopify_customers_export_old_header.csv")
    assert (counts(shop), shop.preset, shop.source) == (
        (17, 0, 0, 0),
        "shopify-customers",
        "shopify",
    )
    assert desk.values("SELECT count(*) FROM current_tag")[0] > 0
    list_ = desk.contacts(exports / "listmonk_subs.csv")
    assert (counts(list_), list_.preset) == ((100, 0, 0, 0), "listmonk")
    assert contacts.count(desk.store) == 117
    kept = "SELECT count(attributes) FROM contact WHERE source = 'listmonk'"
    assert desk.values(kept) == [100]
    keila = desk.contacts(exports / "keila_import_libreoffice.csv", agreement=consent())
    assert (counts(keila), keila.preset) == ((201, 0, 0, 0), "keila")
    assert (keila.consent or {})["granted"] == 201
    assert contacts.count(desk.store) == 318
    (told,) = keila.mailable
    assert (told["may"], told["no_consent"]) == (201, 117)


def test_three_weeks_of_a_shop_come_through_a_pipe(
    ecrm: Ecrm, shared_data: Path, desk: Desk
) -> None:
    days = sorted((shared_data / "orders" / "online_retail_by_day").glob("*.csv"))
    assert len(days) == DAYS
    joined = b"".join(day.read_bytes() for day in days)
    done = ecrm("import", "orders", "-", "--preset", "online-retail", "--json", stdin=joined)
    assert done.code == 0, done.stderr
    told = done.json
    assert (told["rows"], told["added"], told["rejected"]) == (42_481, 42_481, 0)
    again = ecrm(
        "import", "orders", "-", "--preset", "online-retail", "--again", "--json", stdin=joined
    )
    assert (again.json["added"], again.json["unchanged"]) == (0, 42_481)
    desk.store.close()
    from ecrm_cli.core.store import Opening, open_store

    with open_store(Opening(ecrm.folder / "crm.duckdb", desk.folder, read_only=True)) as store:
        book = Desk(store, desk.folder)
        assert book.values("SELECT count(*) FROM orders") == [1_699]
        assert book.values("SELECT count(*) FROM refund") == [326]
        assert revenue(book) == Decimal("748957.02")
        assert contacts.count(store) == 948
        lines = (
            "(SELECT count(*) FROM {0}_line JOIN {1} t USING ({0}_id) WHERE t.contact_id IS NULL)"
        )
        guests = f"SELECT {lines.format('order', 'orders')} + {lines.format('refund', 'refund')}"
        assert book.values(guests) == [15_631]


def test_every_purchase_of_a_record_shop_comes_in(desk: Desk, shared_data: Path) -> None:
    done = desk.orders(shared_data / "clv" / "CDNOW_master.txt")
    assert (done.preset, counts(done)) == ("cdnow", (69_659, 0, 0, 0))
    assert desk.values("SELECT count(*) FROM orders") == [69_659]
    assert contacts.count(desk.store) == 23_570
    assert revenue(desk) == Decimal("2500315.63")


def test_a_stray_quote_is_said_in_words(desk: Desk, shared_data: Path) -> None:
    done = desk.contacts(shared_data / "exports" / "keila_import_malformed1.csv")
    assert counts(done) == (2, 0, 0, 1)
    (reject,) = done.rejects
    assert (reject.line, reject.raw) == (4, 'foo3@example.com, "Foo 3", "Bar3"')
    assert "a quote after a space in column 'First name'" in reject.reason


def test_a_file_with_and_without_identifiers(desk: Desk, shared_data: Path) -> None:
    done = desk.contacts(shared_data / "exports" / "dittofeed_missing-some-identifiers.csv")
    assert counts(done) == (4, 0, 0, 1)
    assert done.rejects[0].line == 2


def test_orders_of_a_shop_by_mapping_their_number(desk: Desk, shared_data: Path) -> None:
    path = shared_data / "exports" / "from_tests" / "shopify_orders_short.csv"
    done = desk.orders(path, mapped={"number": "Name", "refunded": "Refunded Amount"})
    assert counts(done) == (9, 0, 0, 0)
    assert desk.values("SELECT count(*), sum(total), count(*) - count(contact_id) FROM orders") == [
        (8, 995, 1)
    ]
    assert desk.values("SELECT sum(amount) FROM refund") == [10]
    assert contacts.count(desk.store) == 4


@pytest.mark.parametrize(
    ("name", "people"),
    [("google_contacts_cjk_new_header.csv", 2), ("google_contacts_old_header_short.csv", 2),
     ("shopify_customers_new_header.csv", 2), ("stripe_customers.ndjson", 3), ("systeme_io.csv", 1),
     ("activecampaign.csv", 1)],
)  # fmt: skip
def test_exports_of_other_programs_are_understood(
    desk: Desk, shared_data: Path, name: str, people: int
) -> None:
    done = desk.contacts(shared_data / "exports" / "from_tests" / name, agreement=consent())
    assert counts(done) == (people, 0, 0, 0)
    assert desk.values("SELECT count(*) FROM identity WHERE kind = 'email'") == [people]
    refusals = {"shopify_customers_new_header.csv": 1, "activecampaign.csv": 1}
    assert (done.consent or {})["said_no"] == refusals.get(name, 0)


ENCODINGS = {
    "derived_country_he_utf16le_bom_tab.csv": None,
    "derived_country_hr_cp1250_semicolon.csv": "cp1250",
    "derived_country_uk_cp1251_semicolon.csv": "cp1251",
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_spreadsheets_encodings_come_out_as_the_same_text(
    desk: Desk, shared_data: Path, name: str
) -> None:
    folder = shared_data / "encodings"
    done = desk.contacts(folder / name, mapped={"external_id": "id", "company": "value"},
                         encoding=ENCODINGS[name])  # fmt: skip
    assert counts(done) == (249, 0, 0, 0)
    with (folder / f"country_{name.split('_')[2]}.csv").open(encoding="utf-8", newline="") as plain:
        expected = [row["value"] for row in csv.DictReader(plain)]
    codec = ENCODINGS[name]
    if codec:
        # Letters that the code page lacks were written as question marks.
        expected = [text.encode(codec, "replace").decode(codec) for text in expected]
    assert desk.values("SELECT company FROM contact ORDER BY contact_id") == expected


def test_without_its_name_an_old_encoding_is_refused(desk: Desk, shared_data: Path) -> None:
    for name, encoding in ENCODINGS.items():
        if encoding:
            with pytest.raises(EcrmError, match="the text is not UTF-8"):
                desk.contacts(shared_data / "encodings" / name)


@pytest.mark.parametrize(
    "name", ["csvtext.csv", "csvtext_BOM_UTF8.csv", "csvtext_BOM_UTF16BE.csv", "csvSeparator.csv"]
)
def test_marks_of_encodings_are_no_part_of_a_heading(
    desk: Desk, shared_data: Path, name: str
) -> None:
    done = desk.contacts(shared_data / "salesforce" / name, mapped={"external_id": "column1"})
    assert counts(done) == (2, 0, 0, 0)


def test_a_mark_that_lies_is_refused(desk: Desk, shared_data: Path) -> None:
    path = shared_data / "salesforce" / "csvtext_BOM_UTF32LE.csv"
    with pytest.raises(EcrmError) as caught:
        desk.contacts(path, mapped={"external_id": "column1"})
    assert caught.value.code == 3
    assert contacts.count(desk.store) == 0


def exported(folder: Path) -> Iterator[Path]:
    """Yield every table among the exports and samples of other programs."""
    for name in ("exports", "salesforce", "api_json"):
        for path in sorted((folder / name).rglob("*")):
            if path.suffix in (".csv", ".json", ".ndjson"):
                yield path


def test_every_export_comes_in_or_is_refused_in_words(desk: Desk, shared_data: Path) -> None:
    refused: dict[str, EcrmError] = {}
    came_in = 0
    for path in exported(shared_data):
        try:
            done = desk.contacts(path)
        except EcrmError as error:
            refused[path.name] = error
        else:
            came_in += 1
            assert done.rejected + done.added + done.updated + done.unchanged == done.rows, path
            assert done.rejected < done.rows, path
    assert came_in > 15
    assert len(refused) > 5
    for name, complaint in refused.items():
        assert (complaint.code, name in complaint.message) == (3, True), complaint
        assert complaint.hint, name
