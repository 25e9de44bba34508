"""Functional core, imperative shell: the decision is pure, the effects come in from outside."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol


# region core
@dataclass(frozen=True)
class Order:
    id: str
    total_cents: int
    placed_at: datetime
    status: str = "placed"


class CannotCancel(Exception):
    pass


def cancel(order: Order, now: datetime) -> Order:
    """The rule, and nothing else: tested with plain values, no doubles at all."""
    if order.status != "placed":
        raise CannotCancel(f"order is {order.status}")
    if now - order.placed_at > timedelta(minutes=30):
        raise CannotCancel("the 30 minutes are over")
    return replace(order, status="cancelled")
# endregion core


# region shell
class Orders(Protocol):
    def get(self, order_id: str) -> Order: ...
    def save(self, order: Order) -> None: ...


class Payments(Protocol):
    def refund(self, order_id: str, cents: int, *, idempotency_key: str) -> None: ...


@dataclass
class CancelOrder:
    orders: Orders
    payments: Payments
    now: Callable[[], datetime]  # production: lambda: datetime.now(UTC)

    def __call__(self, order_id: str) -> Order:
        order = cancel(self.orders.get(order_id), self.now())
        self.payments.refund(order.id, order.total_cents, idempotency_key=f"cancel-{order.id}")
        self.orders.save(order)  # when this fails, the repeat carries the same key: no second refund
        return order
# endregion shell
