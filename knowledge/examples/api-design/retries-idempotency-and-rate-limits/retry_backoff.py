"""Client retries: what to retry, full jitter, a retry budget, an overall deadline, Retry-After."""
import random
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Callable

IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"}


@dataclass
class Reply:
    status: int
    headers: dict = field(default_factory=dict)


# region classify
RETRY_STATUS = {408, 429, 502, 503, 504}             # 500 only if the API documents it as transient
NEVER_SENT = (ConnectionRefusedError, socket.gaierror)   # refused, no DNS: nothing reached the server: any method may go again


def may_retry(method: str, outcome: Reply | Exception, has_key: bool) -> bool:
    """May this attempt be repeated without risking a second effect?"""
    repeatable = method in IDEMPOTENT or has_key     # has_key: Idempotency-Key the server honours
    if isinstance(outcome, Reply):
        if outcome.status == 429:
            return True                              # refused before any work
        if outcome.status == 409:                    # a key's first request is still running: wait and repeat
            return has_key and "retry-after" in outcome.headers
        return repeatable and outcome.status in RETRY_STATUS
    if isinstance(outcome, NEVER_SENT):
        return True
    return repeatable and isinstance(outcome, OSError)   # timeout, reset: the outcome is unknown
# endregion


# region retry-after
def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Both forms of RFC 9110 §10.2.3: delay-seconds or an HTTP date. Rubbish counts as absent."""
    if not value:
        return None
    if value.isascii() and value.strip().isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max(0.0, (when - now).total_seconds())
# endregion


# region budget
class RetryBudget:
    """Retries may add at most `ratio` to the traffic of this client; `reserve` keeps quiet clients able to retry."""

    def __init__(self, ratio: float = 0.1, reserve: float = 10):
        self.ratio, self.reserve, self.tokens = ratio, reserve, reserve

    def request_started(self) -> None:
        self.tokens = min(self.reserve, self.tokens + self.ratio)

    def take(self) -> bool:
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
# endregion


# region call
def call(
    send: Callable[[float], Reply], method: str, *, budget: RetryBudget, has_key: bool = False,
    deadline: float = 8.0, attempts: int = 3, per_try: float = 2.0, base: float = 0.1, cap: float = 5.0,
    clock=time.monotonic, sleep=time.sleep, rng=random.random,
    wall=lambda: datetime.now(timezone.utc),
) -> Reply:
    """Send with full jitter. `send(timeout)` returns a Reply or raises; `deadline` covers attempts and waits."""
    give_up = clock() + deadline
    budget.request_started()
    for attempt in range(attempts):
        try:
            outcome: Reply | Exception = send(min(per_try, give_up - clock()))
        except OSError as error:
            outcome = error
        done = isinstance(outcome, Reply) and outcome.status < 400
        last = attempt == attempts - 1
        if done or last or not may_retry(method, outcome, has_key):
            break
        wait = rng() * min(cap, base * 2 ** attempt)             # full jitter: uniform from 0
        if isinstance(outcome, Reply):
            asked = retry_after_seconds(outcome.headers.get("retry-after"), wall())
            if asked is not None:
                wait = asked + wait                              # never earlier than asked, jitter on top
        if clock() + wait >= give_up or not budget.take():
            break                                                # it would come too late, or the budget is spent
        sleep(wait)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
# endregion
