"""Products named, listed and shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.orders import products, till
from ecrm_cli.orders.model import AmbiguousNumber, NewOrder, line
from tests.door import NOW

DAY = timedelta(days=1)


def product(store: Store, sku: str, source: str = "shop") -> int:
    product_id = store.take_ids("product") + 1
    made = query("test.product", """
        INSERT INTO product (product_id, source, sku, title, price, currency, recorded_at)
        SELECT $product_id, $source, $sku, 'Beans of ' || $source, 3.5, 'EUR', $now
    """)  # fmt: skip
    store.run(made, product_id=product_id, source=source, sku=sku, now=NOW)
    return product_id


def sold(store: Store, *lines: str) -> int:
    new = NewOrder(None, "EUR", NOW, lines=tuple(line(text) for text in lines))
    return till.add(store, NOW, new)


@pytest.mark.parametrize("words", ["85123A", "85123a", "shop:85123A"])
def test_a_product_is_found_by_its_sku(store: Store, words: str) -> None:
    product_id = product(store, "85123A")
    assert products.find(store, words) == product_id


def test_skus_that_differ_in_their_letters_only_are_two(store: Store) -> None:
    upper, lower = product(store, "85123A"), product(store, "85123a")
    assert (products.find(store, "85123A"), products.find(store, "85123a")) == (upper, lower)


def test_a_sku_of_two_sources_is_asked_back(store: Store) -> None:
    product(store, "BEAN")
    market = product(store, "BEAN", "market")
    with pytest.raises(AmbiguousNumber, match="names 2 products: shop:BEAN, market:BEAN"):
        products.find(store, "BEAN")
    assert products.find(store, "market:BEAN") == market


def test_an_unknown_sku_is_said_with_close_ones(store: Store) -> None:
    product(store, "BEAN-250")
    product(store, "CUP")
    with pytest.raises(NotFound, match="There is no product 'BEAN250'") as unknown:
        products.find(store, "BEAN250")
    assert unknown.value.matches == ["BEAN-250"]


def test_the_list_is_whole_over_all_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "PAGE", 2)
    skus = [f"S{number}" for number in range(4)]
    for sku in skus:
        product(store, sku)
    assert [row["sku"] for row in products.pages(store)] == skus
    assert products.count(store) == 4


def test_a_product_shows_what_was_sold_of_it(store: Store) -> None:
    bean = product(store, "BEAN")
    product(store, "CUP")
    sold(store, "BEAN x 2 @ 3.50", "BEAN x 1 @ 3.00", "CUP @ 9")
    cancelled = sold(store, "BEAN x 50 @ 3.50")
    store.run(
        query(
            "test.mark", f"UPDATE orders SET cancelled_at = ordered_at WHERE order_id = {cancelled}"
        )
    )
    given_back = query("test.back", """
        INSERT INTO refund (refund_id, source, number, amount, currency, actor, refunded_at,
                            recorded_at)
        SELECT 1, 'shop', 'C1', 3.5, 'EUR', 'tester', $now, $now
    """)  # fmt: skip
    store.run(given_back, now=NOW)
    back_line = query("test.back_line", """
        INSERT INTO refund_line (refund_id, line_number, product_id, quantity, unit_price, amount)
        SELECT 1, 1, $product_id, 1, 3.5, 3.5
    """)  # fmt: skip
    store.run(back_line, product_id=bean)
    shown = products.show(store, bean)
    assert (shown["ref"], shown["title"], shown["price"]) == (
        "shop:BEAN",
        "Beans of shop",
        Decimal("3.5"),
    )
    assert shown["sales"] == [
        {"currency": "EUR", "orders": 1, "sold": 3, "returned": 1, "net": Decimal("6.5"),
         "first_at": NOW, "last_at": NOW}
    ]  # fmt: skip


def test_a_product_that_never_sold_says_so(store: Store) -> None:
    assert products.show(store, product(store, "BEAN"))["sales"] == []


def test_a_line_without_a_description_carries_the_title(store: Store) -> None:
    from ecrm_cli.orders import ops

    product(store, "BEAN")
    (row,) = ops.show(store, sold(store, "BEAN"))["lines"]
    assert (row["description"], row["amount"]) == ("Beans of shop", Decimal("3.5"))
