"""One limit for many instances: an atomic token bucket in Redis, a local bucket when Redis does not answer."""
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SCRIPT = (Path(__file__).parent / "token_bucket.lua").read_text()


# region local
@dataclass(frozen=True)
class Decision:
    allowed: bool
    remaining: int
    retry_after: float          # seconds; 0 when allowed


class LocalBuckets:
    """Token buckets of this process: `capacity` is the burst, `rate` the sustained requests a second."""

    def __init__(self, capacity: float, rate: float, clock=time.monotonic):
        self.capacity, self.rate, self.clock = capacity, rate, clock
        self.state: dict[str, tuple[float, float]] = {}
        self.lock = threading.Lock()

    def take(self, key: str, cost: float = 1) -> Decision:
        with self.lock:                             # read, refill and write are one step
            now = self.clock()
            tokens, at = self.state.get(key, (self.capacity, now))
            tokens = min(self.capacity, tokens + (now - at) * self.rate)
            allowed = tokens >= cost
            if allowed:
                tokens -= cost
            self.state[key] = (tokens, now)         # in production: drop full buckets, or cap the size
        wait = 0.0 if allowed else (cost - tokens) / self.rate
        return Decision(allowed, math.floor(tokens), wait)
# endregion


# region shared
class SharedBuckets:
    """The same bucket in Redis. `store` is a client with a short timeout, 50 ms or less."""

    def __init__(self, store, capacity: float, rate: float, expected_instances: int, store_errors=(OSError,)):
        self.capacity, self.rate = capacity, rate
        self.store_errors = store_errors             # redis-py: (redis.RedisError,), which is no OSError
        self.script = store.register_script(SCRIPT)  # redis-py: EVALSHA, loads again on NOSCRIPT
        share = max(1, expected_instances)           # during an outage each instance grants its share
        self.fallback = LocalBuckets(max(1, capacity / share), rate / share)
        self.on_store_error = lambda error: None     # count it: an outage of the limiter must be seen

    def take(self, key: str, cost: float = 1) -> Decision:
        try:
            allowed, remaining, wait = self.script(
                keys=[f"rl:{{{key}}}"], args=[self.capacity, self.rate, cost])
        except self.store_errors as error:
            self.on_store_error(error)
            return self.fallback.take(key, cost)
        return Decision(bool(allowed), int(remaining), wait / 1000)
# endregion


# region headers
def rate_limit_headers(decision: Decision, *, policy: str, quota: int, window: int) -> dict[str, str]:
    """Draft -11 fields next to the X- trio many clients still read; Retry-After only with a refusal."""
    if decision.allowed:
        t = max(1, math.ceil(decision.remaining * window / quota))   # r/t = the sustained rate
    else:
        t = max(1, math.ceil(decision.retry_after))
    headers = {
        "RateLimit-Policy": f'"{policy}";q={quota};w={window}',
        "RateLimit": f'"{policy}";r={decision.remaining};t={t}',
        "X-RateLimit-Limit": str(quota),
        "X-RateLimit-Remaining": str(decision.remaining),
        "X-RateLimit-Reset": str(t),                # seconds from now; document it, vendors differ
    }
    if not decision.allowed:
        headers["Retry-After"] = str(t)
    return headers
# endregion


# region windows
class FixedWindow:
    """One counter per clock window. Cheap, and lets 2 × limit through around the border."""

    def __init__(self, limit: int, window: float, clock=time.time):
        self.limit, self.window, self.clock, self.counts = limit, window, clock, {}

    def allow(self, key: str) -> bool:
        slot = (key, int(self.clock() // self.window))
        self.counts[slot] = self.counts.get(slot, 0) + 1
        return self.counts[slot] <= self.limit


class SlidingCounter:
    """Two counters: the previous window counts in proportion to the part of it still in view."""

    def __init__(self, limit: int, window: float, clock=time.time):
        self.limit, self.window, self.clock, self.counts = limit, window, clock, {}

    def allow(self, key: str) -> bool:
        position = self.clock() / self.window
        index, elapsed = int(position), position % 1
        previous = self.counts.get((key, index - 1), 0)
        current = self.counts.get((key, index), 0)
        if previous * (1 - elapsed) + current >= self.limit:
            return False
        self.counts[key, index] = current + 1
        return True
# endregion
