import sqlite3
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock, create_autospec

import pytest
from checkout_ports import CancelOrder, CannotCancel, Order, Payments, cancel

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


# region core-tests
@pytest.mark.parametrize("minutes", [0, 30])
def test_can_be_cancelled_up_to_thirty_minutes(minutes: int) -> None:
    order = Order("o1", 1000, placed_at=NOON)
    assert cancel(order, NOON + timedelta(minutes=minutes)).status == "cancelled"


def test_cannot_be_cancelled_a_microsecond_later() -> None:
    with pytest.raises(CannotCancel):
        cancel(Order("o1", 1000, NOON), NOON + timedelta(minutes=30, microseconds=1))
# endregion core-tests


# region fake
class InMemoryOrders:
    """A fake: a working, small implementation. It must pass the same tests as the real one."""

    def __init__(self) -> None:
        self.rows: dict[str, Order] = {}

    def get(self, order_id: str) -> Order:
        return self.rows[order_id]  # KeyError like the real one

    def save(self, order: Order) -> None:
        self.rows[order.id] = order


class SqlOrders:
    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE orders (id TEXT PRIMARY KEY, cents INT, placed_at TEXT, status TEXT)")

    def get(self, order_id: str) -> Order:
        row = self.db.execute("SELECT id, cents, placed_at, status FROM orders WHERE id = ?", [order_id]).fetchone()
        if row is None:
            raise KeyError(order_id)
        return Order(row[0], row[1], datetime.fromisoformat(row[2]), row[3])

    def save(self, order: Order) -> None:
        values = (order.id, order.total_cents, order.placed_at.isoformat(), order.status)
        self.db.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?)", values)


@pytest.mark.parametrize("store", [InMemoryOrders, SqlOrders])
def test_both_stores_keep_the_same_promises(store) -> None:
    orders = store()
    orders.save(Order("o1", 1000, NOON))
    orders.save(Order("o1", 1000, NOON, "cancelled"))  # save replaces
    assert orders.get("o1") == Order("o1", 1000, NOON, "cancelled")
    with pytest.raises(KeyError):
        orders.get("o2")
# endregion fake


# region mock
def make(payments) -> tuple[CancelOrder, InMemoryOrders]:
    orders = InMemoryOrders()
    orders.save(Order("o1", 1000, NOON))
    return CancelOrder(orders, payments, now=lambda: NOON), orders


def test_refund_is_requested_once_with_a_key() -> None:
    payments = create_autospec(Payments, instance=True)  # knows the signature
    cancel_order, orders = make(payments)
    cancel_order("o1")
    assert orders.get("o1").status == "cancelled"  # state first
    payments.refund.assert_called_once_with("o1", 1000, idempotency_key="cancel-o1")  # then the one outgoing command


def test_a_bare_mock_accepts_a_call_that_would_crash() -> None:
    Mock().refund("o1", cent=1000)  # wrong name, missing key: nobody complains
    with pytest.raises(TypeError):
        create_autospec(Payments, instance=True).refund("o1", cent=1000)
# endregion mock


def test_failed_refund_leaves_the_order_placed() -> None:
    payments = create_autospec(Payments, instance=True)
    payments.refund.side_effect = TimeoutError
    cancel_order, orders = make(payments)
    with pytest.raises(TimeoutError):
        cancel_order("o1")
    assert orders.get("o1").status == "placed"


def test_a_repeat_after_a_failed_save_carries_the_same_key() -> None:
    payments = create_autospec(Payments, instance=True)
    cancel_order, orders = make(payments)
    orders.save = Mock(side_effect=[ConnectionError, None])
    with pytest.raises(ConnectionError):
        cancel_order("o1")
    cancel_order("o1")
    keys = {call.kwargs["idempotency_key"] for call in payments.refund.call_args_list}
    assert (payments.refund.call_count, keys) == (2, {"cancel-o1"})
