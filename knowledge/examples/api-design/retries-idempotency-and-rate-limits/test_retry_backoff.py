import random
import socket
from collections import Counter
from datetime import datetime, timezone

import pytest

from retry_backoff import Reply, RetryBudget, call, may_retry, retry_after_seconds

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)


class World:
    """A clock that moves only when the client waits or the server takes time."""

    def __init__(self, outcomes, took=0.0):
        self.outcomes, self.took, self.now, self.waits, self.timeouts = list(outcomes), took, 0.0, [], []

    def send(self, timeout):
        self.timeouts.append(timeout)
        self.now += min(timeout, self.took)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds

    def call(self, method="GET", budget=None, **options):
        return call(self.send, method, budget=budget or RetryBudget(), clock=lambda: self.now, sleep=self.sleep,
                    wall=lambda: NOW, **options)


@pytest.mark.parametrize("method, outcome, has_key, expected", [
    ("GET", Reply(503), False, True),
    ("PUT", TimeoutError(), False, True),
    ("POST", TimeoutError(), False, False),          # unknown outcome, no key: never
    ("POST", TimeoutError(), True, True),
    ("PATCH", Reply(503), False, False),
    ("POST", ConnectionRefusedError(), False, True),  # never sent
    ("POST", socket.gaierror(), False, True),         # no address: never sent
    ("POST", Reply(429), False, True),
    ("POST", Reply(409, {"retry-after": "1"}), True, True),   # the key's first request is still running
    ("POST", Reply(409), True, False),               # a conflict with the state stays one
    ("PUT", Reply(409, {"retry-after": "1"}), False, False),
    ("GET", Reply(400), True, False),
    ("GET", Reply(422), True, False),
    ("GET", Reply(500), True, False),
    ("GET", Reply(501), True, False),
])
def test_what_may_be_retried(method, outcome, has_key, expected):
    assert may_retry(method, outcome, has_key) is expected


def test_success_after_two_failures():
    world = World([Reply(503), TimeoutError(), Reply(200)])
    assert world.call().status == 200 and len(world.waits) == 2


def test_a_post_without_a_key_is_sent_once():
    world = World([TimeoutError(), Reply(201)])
    with pytest.raises(TimeoutError):
        world.call("POST")
    assert world.timeouts == [2.0]


def test_retry_after_is_a_floor_and_the_deadline_a_ceiling():
    world = World([Reply(429, {"retry-after": "3"}), Reply(200)])
    assert world.call().status == 200 and world.waits[0] >= 3
    world = World([Reply(429, {"retry-after": "60"}), Reply(200)])
    assert world.call().status == 429 and world.waits == []      # 60 s does not fit into 8 s: hand it up now


def test_the_deadline_covers_all_attempts_together():
    world = World([TimeoutError()], took=2.0)
    with pytest.raises(TimeoutError):
        world.call(deadline=3.0, attempts=10, rng=lambda: 0.5)
    assert world.now <= 3.0 and world.timeouts[-1] < 2.0


@pytest.mark.parametrize("value, seconds", [
    ("120", 120), ("Wed, 25 Nov 2026 12:00:30 GMT", 30), ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
    ("soon", None), ("", None), (None, None), ("1.5", None),
])
def test_retry_after_forms(value, seconds):
    assert retry_after_seconds(value, NOW) == seconds


def test_the_budget_caps_the_extra_load_in_an_outage():
    sent = 0

    def down(_timeout):
        nonlocal sent
        sent += 1
        return Reply(503)

    budget = RetryBudget()
    for _ in range(1000):
        call(down, "GET", budget=budget, sleep=lambda _: None)
    assert 1000 < sent <= 1000 * 1.1 + 10             # without the budget: 3,000


def test_full_jitter_spreads_the_herd():
    rng = random.Random(7)
    fixed = Counter(int(0.4 * 10) for _ in range(1000))
    jittered = Counter(int(rng.random() * 0.4 * 10) for _ in range(1000))
    assert max(fixed.values()) == 1000                # everybody in the same 100 ms
    assert max(jittered.values()) < 320               # about a quarter each
