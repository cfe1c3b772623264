"""What tests of sending stand on."""

from __future__ import annotations

import pytest

from ecrm_cli.core.app import App
from tests.outbox.shops import Shop
from tests.smtpserver import Receiver


@pytest.fixture
def shop(app: App) -> Shop:
    """A workspace whose mail goes to its folder, as fast as it can."""
    made = Shop(app)
    made.set(
        mail={"from": "Corner Coffee <shop@example.com>"},
        pace={"per_second": 5_000, "connections": 2},
    )
    return made


@pytest.fixture
def smtp_shop(shop: Shop, smtp: Receiver) -> Shop:
    """The same, whose mail goes to the server of this test."""
    shop.through(smtp.port)
    return shop
