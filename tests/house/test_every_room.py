"""One act in every room, each read back on the page of the person it was about."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from tests.door import Ecrm


def test_one_act_in_every_room_stands_in_one_timeline(ecrm: Ecrm, workspace: Path) -> None:
    (workspace / "people.csv").write_text(
        "email,first_name,customer_id\nana@example.org,Ana,1001\n", encoding="utf-8"
    )
    (workspace / "orders.csv").write_text(
        "order_id,customer_id,date,total\n5001,1001,2026-01-15,40\n", encoding="utf-8"
    )
    acts = [
        ("import", "contacts", "people.csv"),
        ("import", "orders", "orders.csv"),
        ("contact", "edit", "1001", "--city", "Novi Sad"),
        ("contact", "tag", "ana@example.org", "vip"),
        ("consent", "grant", "ana@example.org", "--topic", "offers", "--basis", "consent"),
        ("order", "add", "--contact", "ana@example.org", "--total", "12.50"),
        ("order", "refund", "file:5001", "10"),
        ("interaction", "add", "--contact", "1001", "--kind", "call", "--note", "cold"),
        ("case", "open", "--contact", "1001", "--subject", "Cold", "--channel", "email"),
        ("case", "reply", "1", "A fresh bag is on its way."),
        ("case", "note", "1", "The machine was too cold."),
        ("case", "close", "1"),
        ("case", "open", "--contact", "1001", "--subject", "Late", "--channel", "phone"),
        ("consent", "withdraw", "ana@example.org", "--topic", "offers"),
        ("consent", "suppress", "ana@example.org", "--reason", "complaint"),
    ]
    for act in acts:
        done = ecrm(*act)
        assert done.code == 0, (act, done.stderr)

    page = json.loads(ecrm("contact", "show", "ana@example.org", "--json").stdout)

    said = {(event["room"], event["what"]) for event in page["timeline"]}
    assert {
        ("contacts", "added"),
        ("contacts", "changed"),
        ("contacts", "tagged"),
        ("consent", "granted"),
        ("consent", "withdrawn"),
        ("consent", "suppressed"),
        ("orders", "ordered"),
        ("orders", "refunded"),
        ("orders", "call"),
        ("cases", "case opened"),
        ("cases", "answered"),
        ("cases", "case closed"),
        ("intake", "imported"),
    } <= said
    moments = [datetime.fromisoformat(event["occurred_at"]) for event in page["timeline"]]
    assert moments == sorted(moments, reverse=True)
    assert page["city"] == "Novi Sad"
    assert page["tags"] == ["vip"]
    assert page["external_ids"] == ["file:1001"]
    assert [(row["topic"], row["status"]) for row in page["consent"]] == [("offers", "withdrawn")]
    assert [(row["orders"], row["total"]) for row in page["orders"]] == [(2, 42.5)]
    assert [(row["ref"], row["status"]) for row in page["open_cases"]] == [("C-2", "new")]
    told = {"id", "ref", "email", "segments", "scores", "points", "open_cases", "timeline"}
    assert told <= page.keys()
