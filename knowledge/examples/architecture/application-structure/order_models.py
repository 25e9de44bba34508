"""The same rule twice: as a check that each caller must repeat, and as a method that cannot be skipped."""

from __future__ import annotations

from dataclasses import dataclass, field


# region anaemic
@dataclass
class OrderRow:
    status: str = "new"
    paid: int = 0
    total: int = 0


def ship(order: OrderRow) -> None:
    if order.status != "paid":
        raise ValueError("only paid orders ship")
    order.status = "shipped"


def import_carrier_file(order: OrderRow) -> None:
    order.status = "shipped"  # second caller, written a year later: the rule is not here


# endregion anaemic


# region rich
class OrderRule(Exception):
    """409 at the edge."""


@dataclass
class Order:
    total: int
    _status: str = field(default="new", init=False)
    _paid: int = field(default=0, init=False)

    @property
    def status(self) -> str:
        return self._status

    def pay(self, amount: int) -> None:
        if self._status != "new" or amount <= 0 or self._paid + amount > self.total:
            raise OrderRule("payment not possible")
        self._paid += amount
        if self._paid == self.total:
            self._status = "paid"

    def ship(self) -> None:
        if self._status != "paid":
            raise OrderRule("only paid orders ship")
        self._status = "shipped"


# endregion rich
