"""A token bucket that is charged with the cost of the operation instead of one per request."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


# region budget
@dataclass
class CostBudget:
    capacity: int = 10_000
    per_second: float = 100.0
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._state: dict[str, tuple[float, float]] = {}

    def charge(self, caller: str, cost: int) -> tuple[bool, dict[str, str]]:
        """Charge before execution. `caller` is the API key or user, not the IP address alone."""
        now = self.clock()
        left, then = self._state.get(caller, (float(self.capacity), now))
        left = min(self.capacity, left + (now - then) * self.per_second)
        cost = max(cost, 1)  # also a trivial operation costs something
        if cost > self.capacity:  # would never fit: a 429 with Retry-After would be repeated for ever
            raise ValueError("refuse this operation in the cost limit, with 422")
        allowed = cost <= left
        self._state[caller] = (left - cost if allowed else left, now)
        if allowed:
            return True, {}
        return False, {"Retry-After": str(-int(-(cost - left) // self.per_second))}
# endregion
