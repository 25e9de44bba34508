"""Throttle login attempts by account and by address, without giving strangers a way to lock a user out."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Counter:
    failures: int = 0
    last: float = 0.0


# region throttle
@dataclass
class LoginThrottle:
    """With several processes or threads: one atomic increment in Redis before hashing, taken back after a good login."""

    free: int = 5  # failures without any delay
    cap: float = 900  # the longest wait: 15 minutes, never "until an administrator unlocks"
    now: Callable[[], float] = time.time
    counters: dict[tuple[str, ...], Counter] = field(default_factory=dict)

    def keys(self, account: str, address: str, device: str | None) -> list[tuple[str, ...]]:
        if device is not None:  # this browser has logged in to this account before: signed cookie, checked by the caller
            return [("device", account, device)]
        return [("account", account), ("address", address)]

    def wait(self, account: str, address: str, device: str | None = None) -> float:
        """Seconds until the next attempt may be checked; ask before hashing the password."""
        longest = 0.0
        for key in self.keys(account, address, device):
            counter = self.counters.get(key, Counter())
            free = self.free * 10 if key[0] == "address" else self.free  # offices and carriers share addresses
            if counter.failures >= free:
                delay = min(self.cap, 2.0 ** min(counter.failures - free, 20))
                longest = max(longest, counter.last + delay - self.now())
        return math.ceil(max(0.0, longest))

    def failed(self, account: str, address: str, device: str | None = None) -> None:
        for key in self.keys(account, address, device):
            counter = self.counters.setdefault(key, Counter())
            counter.failures, counter.last = counter.failures + 1, self.now()

    def succeeded(self, account: str, device: str | None = None) -> None:
        for key in (("account", account), ("device", account, device or "")):
            self.counters.pop(key, None)  # the address keeps its failures: one good login must not clear a list attack
# endregion
