import random
from dataclasses import dataclass

# region delivery
DELAYS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]  # 10 attempts over about three days
DISABLE_AFTER = 5 * 86_400  # seconds in which every attempt failed


@dataclass
class Endpoint:
    disabled: str | None = None
    failing_since: float | None = None


def after_attempt(endpoint: Endpoint, attempt: int, status: int | None, retry_after: int, now: float, rng=random.random):
    """`attempt` counts from 0, `status` is None after a timeout. Returns when to try again, or None for "no more"."""
    if status is not None and 200 <= status < 300:
        endpoint.failing_since = None
        return None
    if endpoint.failing_since is None:
        endpoint.failing_since = now
    if status == 410:  # the receiver says: never again
        endpoint.disabled = "gone"
        return None
    if now - endpoint.failing_since > DISABLE_AFTER:
        endpoint.disabled = "failing"  # mail the owner; events stay readable in the feed
        return None
    if attempt >= len(DELAYS):
        return None  # this message is given up, the endpoint lives; the customer can replay it
    delay = DELAYS[attempt] * (0.8 + 0.4 * rng())  # jitter, so that a recovering receiver is not hit by a wave
    return now + max(delay, min(retry_after, 86_400))  # Retry-After may lengthen, never shorten; everything else fails alike
# endregion
