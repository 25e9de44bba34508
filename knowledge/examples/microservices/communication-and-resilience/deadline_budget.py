"""A deadline that travels along a call chain in a header of our own, x-request-timeout-ms."""
from __future__ import annotations

# region deadline
import time
from collections.abc import Callable

HEADER = "x-request-timeout-ms"


class DeadlineExceeded(Exception):
    """Answer 504 and do no more work: nobody waits for the result."""


class Deadline:
    """What is left of the caller's patience. Monotonic: a step of the wall clock cannot move it."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic):
        self._clock, self._end = clock, clock() + seconds

    @classmethod
    def of_request(cls, headers: dict[str, str], ceiling: float = 5.0, clock=time.monotonic) -> Deadline:
        try:
            asked = int(headers[HEADER]) / 1000
        except (KeyError, ValueError):
            asked = ceiling                       # a caller without a header gets our own limit
        return cls(min(max(asked, 0), ceiling), clock)

    def left(self) -> float:
        return self._end - self._clock()

    def for_call(self, at_most: float, reserve: float = 0.05) -> tuple[float, dict[str, str]]:
        """Timeout and header for one call downstream; `reserve` is for our own answer."""
        limit = min(at_most, self.left() - reserve)
        if limit <= 0.01:
            raise DeadlineExceeded(f"{self.left():.3f} s left, not worth a call")
        return limit, {HEADER: str(int(limit * 1000))}
# endregion deadline
