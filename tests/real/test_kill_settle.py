"""kill -9 at random moments of settling: the book is as before or settled, never half."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from ecrm_cli.core.app import App
from ecrm_cli.core.queries import query
from tests.door import NOW, Ecrm, ecrm_words, process_environment

pytestmark = pytest.mark.real

ORDERS, KILLS = 150_000, 12
SEED = 20_261_122
PEOPLE = query("test.people", """
    INSERT INTO contact (contact_id, source, created_at, recorded_at, updated_at)
    SELECT number, 'file', $now, $now, $now FROM range(1, $orders // 5) AS numbers (number)
""")  # fmt: skip
SALES = query("test.sales", """
    INSERT INTO orders (order_id, source, number, contact_id, ordered_at, is_test, currency, gross,
                        discount, tax, shipping, total, recorded_at)
    SELECT number, 'file', number::VARCHAR, 1 + number % ($orders // 5 - 1),
           $now - to_hours((number % 9000)::INTEGER), false, 'EUR', number % 500, 0, 0, 0,
           number % 500, $now
    FROM range(1, $orders) AS numbers (number)
""")  # fmt: skip
BACK = query("test.back", """
    INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, actor,
                        refunded_at, recorded_at)
    SELECT order_id, 'file', number, order_id, contact_id, total / 3, 'EUR', 'tester',
           ordered_at, $now
    FROM orders WHERE order_id % 7 = 0
""")  # fmt: skip
DIGEST = """
    SELECT count(*), count(DISTINCT transaction_id), coalesce(sum(points), 0)::BIGINT,
           coalesce(sum(abs(points)), 0)::BIGINT,
           coalesce(sum(hash(transaction_id, account, contact_id, points, order_id, refund_id,
                             idempotency_key, posted_for))::VARCHAR, ''),
           (SELECT last_id FROM counter WHERE noun = 'ledger_transaction'),
           (SELECT count(*) FROM audit_entry WHERE command = 'loyalty settle')
    FROM ledger_entry
"""


@pytest.fixture
def shop(app: App, workspace: Path) -> Ecrm:
    """A shop whose settling takes long enough to be killed in."""
    given = {"now": NOW, "orders": ORDERS}
    with app.writing() as store:
        store.run(PEOPLE, **given)
        store.run(SALES, **given)
        store.run(BACK, now=NOW)
    ecrm = Ecrm(workspace)
    assert ecrm("setup", "loyalty", "--per", "10 EUR", "--value", "0.30 EUR").code == 0
    return ecrm


def digest(folder: Path, scratch: Path) -> tuple[object, ...]:
    """Return what the ledger says, read from a copy with its write-ahead log."""
    import duckdb

    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for path in folder.glob("crm.duckdb*"):
        shutil.copyfile(path, scratch / path.name)
    with duckdb.connect(str(scratch / "crm.duckdb")) as book:
        return tuple(book.execute(DIGEST).fetchall()[0])


def settling(shop: Ecrm) -> subprocess.Popen[bytes]:
    """Start settling as a process of its own."""
    return subprocess.Popen(
        ecrm_words("loyalty", "settle", "--wait", "60s"),
        cwd=shop.folder,
        env=process_environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_settling_that_is_killed_posted_everything_or_nothing(shop: Ecrm, tmp_path: Path) -> None:
    before = digest(shop.folder, tmp_path / "look")
    fresh = {path.name: path.read_bytes() for path in shop.folder.glob("crm.duckdb*")}
    started = time.monotonic()
    assert settling(shop).wait(300) == 0
    took = time.monotonic() - started
    after = digest(shop.folder, tmp_path / "look")
    assert (before[0], after[2]) == (0, 0)
    assert after[0] == 2 * int(str(after[1])) > 2 * ORDERS - 10
    chance = random.Random(SEED)
    seen: list[tuple[object, ...]] = []
    for _ in range(KILLS):
        for path in shop.folder.glob("crm.duckdb*"):
            path.unlink()
        for name, content in fresh.items():
            (shop.folder / name).write_bytes(content)
        process = settling(shop)
        # Its first part only starts the program.
        time.sleep(took * chance.uniform(0.3, 1.05))
        process.kill()
        process.wait(60)
        seen.append(digest(shop.folder, tmp_path / "look"))
        assert seen[-1] in (before, after)
        # Whatever it was, settling again ends at the same book.
        assert shop("loyalty", "settle").code == 0
        assert digest(shop.folder, tmp_path / "look") == after
        assert shop("loyalty", "check", "--json").json["ok"]
    assert before in seen, "no kill came before the end"
