"""Whatever is in a file: every row is counted once, nobody is in the book twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ecrm_cli.intake.ops import Summary
from tests.desk import Desk, counts, csv_of

TABLES = (
    "contact", "identity", "contact_tag", "contact_change", "orders", "order_line", "refund",
    "refund_line", "product", "import_batch", "import_change", "import_reject", "audit_entry",
)  # fmt: skip
SLOW = settings(
    derandomize=True, deadline=None, max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of people: three cells that can name somebody, one that says something."""

    number: str
    email: str
    phone: str
    city: str
    ragged: bool

    @property
    def text(self) -> str:
        """The line as it stands in the file."""
        cells = [self.number, self.email, self.phone, self.city, "x"]
        return ",".join([*cells, *(["more"] if self.ragged else [])])

    @property
    def known_by(self) -> set[tuple[str, str]]:
        """What the line is known by; nothing where it has to be rejected."""
        good = {
            ("external", self.number),
            ("email", self.email if "@example" in self.email else ""),
            ("phone", self.phone if len(self.phone) > 5 else ""),
        }
        return set() if self.ragged else {key for key in good if key[1]}


LINES = some.lists(
    some.builds(
        Line,
        some.sampled_from(("", "", "1", "2", "3", "4")),
        some.sampled_from(("", "a@example.org", "b@example.org", "c@example.org", "bad@")),
        some.sampled_from(("", "", "+381641111111", "+381642222222", "12")),
        some.sampled_from(("", "", "Niš", "Bor")),
        some.sampled_from((False,) * 9 + (True,)),
    ),
    min_size=1,
    max_size=12,
)


def people(lines: Sequence[Line]) -> int:
    """Return how many people there are when all that share an identifier are one."""
    groups: list[set[tuple[str, str]]] = []
    for line in lines:
        if line.known_by:
            met = [group for group in groups if group & line.known_by]
            groups = [group for group in groups if group not in met]
            groups.append(line.known_by.union(*met))
    return len(groups)


def file_of(lines: Sequence[Line]) -> str:
    return csv_of("id,email,phone,city,note", *(line.text for line in lines))


def emptied(desk: Desk) -> Desk:
    for table in TABLES:
        desk.rows(f"DELETE FROM {table}")
    return desk


def sound(desk: Desk, done: Summary) -> None:
    """Check what must hold after every import."""
    (row,) = desk.rows("SELECT * FROM import_batch ORDER BY batch_id DESC LIMIT 1")
    assert counts(done) == (row["added"], row["updated"], row["unchanged"], row["rejected"])
    kept = desk.values(
        "SELECT line FROM import_reject WHERE batch_id = $b ORDER BY line", b=done.batch
    )
    assert kept == [reject.line for reject in done.rejects]
    assert len(set(kept)) == done.rejected
    twice = "SELECT kind, value FROM identity GROUP BY ALL HAVING count(*) > 1"
    assert desk.rows(twice) == []
    nameless = "SELECT contact_id FROM contact ANTI JOIN identity USING (contact_id)"
    assert desk.rows(nameless) == []
    ownerless = "SELECT contact_id FROM identity ANTI JOIN contact USING (contact_id)"
    assert desk.rows(ownerless) == []
    primary = "SELECT contact_id, kind FROM identity GROUP BY ALL HAVING count(*) FILTER (is_primary) <> 1"
    assert desk.rows(primary) == []


@SLOW
@given(LINES)
def test_people_of_a_file_are_as_many_as_the_groups_that_share_nothing(
    desk: Desk, lines: list[Line]
) -> None:
    done = emptied(desk).contacts(file_of(lines))
    sound(desk, done)
    assert done.rows == len(lines)
    assert done.added == people(lines) == desk.values("SELECT count(*) FROM contact")[0]
    assert done.rejected == sum(not line.known_by for line in lines)
    known = set().union(*(line.known_by for line in lines))
    assert desk.values("SELECT count(*) FROM identity") == [len(known)]


@SLOW
@given(LINES, LINES)
def test_a_second_file_takes_nothing_away(
    desk: Desk, first: list[Line], second: list[Line]
) -> None:
    emptied(desk).contacts(file_of(first), again=True)
    owners = {(row["kind"], row["value"]): row["contact_id"] for row in desk.rows("FROM identity")}
    cities = dict(desk.values("SELECT contact_id, city FROM contact"))
    done = desk.contacts(file_of(second), again=True)
    sound(desk, done)
    now = {(row["kind"], row["value"]): row["contact_id"] for row in desk.rows("FROM identity")}
    assert owners.items() <= now.items()
    for contact_id, city in desk.values("SELECT contact_id, city FROM contact"):
        assert city == cities.get(contact_id) or cities.get(contact_id) is None
    assert done.rejected == sum(not line.known_by for line in second)
    before = desk.rows("FROM contact ORDER BY contact_id")
    third = desk.contacts(file_of(second), again=True)
    sound(desk, third)
    assert counts(third) == (0, 0, done.rows - done.rejected, done.rejected)
    assert desk.rows("FROM contact ORDER BY contact_id") == before


ROWS = some.lists(
    some.tuples(
        some.sampled_from(("", "1", "2", "C3")),
        some.sampled_from(("2026-01-01", "2026-01-02", "2026-01-02", "", "soon")),
        some.sampled_from(("", "7", "8")),
        some.sampled_from(("", "a@example.org", "bad@")),
        some.sampled_from(("A", "B", "")),
        some.sampled_from(("1", "2", "-1", "")),
        some.sampled_from(("5", "2.50", "", "x")),
        some.sampled_from(("", "", "", "9", "7")),
    ).map(",".join),
    min_size=1,
    max_size=12,
)
HEADER = "order_id,date,customer_id,email,sku,quantity,price,total"


@SLOW
@pytest.mark.parametrize("preset", ["", "online"])
@given(ROWS)
def test_every_row_of_a_file_of_orders_is_counted_once(
    desk: Desk, preset: str, rows: list[str]
) -> None:
    rows = [row for row in rows if row.strip(",")] or ["1,,,,,,,"]
    emptied(desk)
    if preset:
        desk.presets.mkdir(exist_ok=True)
        (desk.presets / "online.yaml").write_text(
            "kind: orders\nsource: online\nreturns: C\nfields: {number: [order_id], ordered_at: [date], "
            "customer_id: [customer_id], email: [email], sku: [sku], quantity: [quantity], "
            "unit_price: [price], total: [total]}\n"
        )
    done = desk.orders(csv_of(HEADER, *rows), preset=preset)
    sound(desk, done)
    assert done.rows == len(rows)
    assert done.updated == 0
    assert desk.rows("SELECT 1 FROM orders GROUP BY source, number HAVING count(*) > 1") == []
    assert desk.rows("FROM orders WHERE total < 0") == []
    assert desk.rows("FROM refund WHERE amount < 0") == []
    again = desk.orders(csv_of(HEADER, *rows), preset=preset, again=True)
    sound(desk, again)
    assert counts(again) == (0, 0, done.added + done.unchanged, done.rejected)
