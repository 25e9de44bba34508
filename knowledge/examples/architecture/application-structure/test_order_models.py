from __future__ import annotations

import pytest
from order_models import Order, OrderRow, OrderRule, import_carrier_file, ship


def test_anaemic_rule_is_skipped_by_the_second_caller() -> None:
    order = OrderRow(total=100)
    with pytest.raises(ValueError):
        ship(order)
    import_carrier_file(order)
    assert (order.status, order.paid) == ("shipped", 0)  # unpaid and on the road


def test_rich_rule_holds_for_everyone() -> None:
    order = Order(100)
    with pytest.raises(OrderRule):
        order.ship()
    with pytest.raises(AttributeError):
        order.status = "shipped"
    order.pay(40)
    with pytest.raises(OrderRule):
        order.pay(61)
    order.pay(60)
    order.ship()
    assert order.status == "shipped"
    with pytest.raises(OrderRule):
        order.ship()
