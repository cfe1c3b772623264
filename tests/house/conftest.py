"""A workspace for the house tests that has something to lose."""

from __future__ import annotations

import pytest

from tests.door import Ecrm


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A workspace with people, orders and rejects in it."""
    (ecrm.folder / "people.csv").write_text("email,name,city\nana@example.org,Ana,\nbad,Ben,\n")
    (ecrm.folder / "sales.csv").write_text(
        "order_id,date,email,total\n1,2026-01-01,ben@example.org,5\n"
    )
    assert ecrm("import", "contacts", "people.csv").code == 6
    assert ecrm("import", "orders", "sales.csv").code == 0
    return ecrm
