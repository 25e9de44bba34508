import json
import re
from datetime import datetime, timezone

import pytest

from order_event import LIMIT, order_placed

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)


def order(lines=1):
    return {
        "id": "o-1", "version": 1, "customer_id": "c-9", "total": "49.90", "currency": "EUR",
        "email": "ann@example.com", "internal_margin": "0.31", "lines":
            [{"sku": f"book-{n}", "quantity": 1, "unit_price": "49.90", "warehouse_row": 17} for n in range(lines)],
    }


def test_required_attributes_and_names_follow_the_specification():
    event = order_placed(order(), now=NOW, traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    assert {"specversion", "id", "source", "type"} <= event.keys() and event["specversion"] == "1.0"
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in event)
    assert event["time"] == "2026-11-25T12:00:00Z"
    assert json.loads(json.dumps(event)) == event


def test_the_row_does_not_leak():
    text = json.dumps(order_placed(order(), now=NOW))
    assert "ann@example.com" not in text and "margin" not in text and "warehouse_row" not in text


def test_two_events_have_two_ids_and_money_is_not_a_float():
    first, second = order_placed(order(), now=NOW), order_placed(order(), now=NOW)
    assert first["id"] != second["id"] and first["data"]["total"]["amount"] == "49.90"


def test_an_event_over_the_limit_is_refused_at_the_producer():
    assert len(json.dumps(order_placed(order(500), now=NOW))) < LIMIT
    with pytest.raises(ValueError):
        order_placed(order(2000), now=NOW)
