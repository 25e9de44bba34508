"""A circuit breaker for synchronous calls; the caller still sets a timeout on the call itself."""
from __future__ import annotations

# region breaker
import threading
import time
from collections import deque
from collections.abc import Callable


class Open(Exception):
    """Not sent: answer 503 with Retry-After, or use a fallback. Do not retry in place."""


class Refused(Exception):
    """The dependency answered 4xx: it is healthy, the request was not. Never counts as a failure."""


class Breaker:
    def __init__(self, rate=0.5, window=20, minimum=10, open_for=10.0, clock=time.monotonic):
        self.rate, self.minimum, self.open_for, self._clock = rate, minimum, open_for, clock
        self._results, self._lock = deque(maxlen=window), threading.Lock()
        self._opened_at, self._probing, self._epoch = None, False, 0

    def call(self, work: Callable[[], object]):
        epoch, healthy = self._admit(), False
        try:
            result = work()                       # raises on timeout, connection error and 5xx
            healthy = True
            return result
        except Refused:
            healthy = True
            raise
        finally:
            self._record(epoch, healthy)

    def _admit(self) -> int:
        with self._lock:
            if self._opened_at is not None:
                if self._probing or self._clock() - self._opened_at < self.open_for:
                    raise Open
                self._probing = True              # half-open: exactly one call goes through
            return self._epoch
    # endregion breaker

    # region record
    def _record(self, epoch: int, healthy: bool) -> None:
        with self._lock:
            if epoch != self._epoch:              # started before the last change of state: says nothing now
                return
            if self._opened_at is None:
                self._results.append(healthy)
                failed = self._results.count(False)
                if len(self._results) < self.minimum or failed < self.rate * len(self._results):
                    return
                self._opened_at = self._clock()
            elif healthy:
                self._opened_at, self._probing = None, False
            else:
                self._opened_at, self._probing = self._clock(), False
                return
            self._results.clear()
            self._epoch += 1
    # endregion record
