import shutil
import socket
import subprocess
import time

import pytest

from token_bucket import SCRIPT, Decision, FixedWindow, LocalBuckets, SharedBuckets, SlidingCounter, rate_limit_headers


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class StoreDouble:
    """Stands in for Redis: one bucket store for all instances, the arithmetic of token_bucket.lua."""

    def __init__(self, clock):
        self.clock, self.buckets, self.down = clock, {}, False

    def register_script(self, source):
        assert source == SCRIPT

        def run(keys, args):
            if self.down:
                raise ConnectionError("store is down")
            capacity, rate, cost = args
            bucket = self.buckets.setdefault(keys[0], LocalBuckets(capacity, rate, self.clock))
            decision = bucket.take("", cost)
            return [int(decision.allowed), decision.remaining, round(decision.retry_after * 1000)]

        return run


def test_burst_then_sustained_rate():
    clock = Clock()
    bucket = LocalBuckets(capacity=10, rate=2, clock=clock)
    assert sum(bucket.take("a").allowed for _ in range(15)) == 10
    assert bucket.take("a") == Decision(False, 0, 0.5)
    clock.now += 3
    assert sum(bucket.take("a").allowed for _ in range(15)) == 6
    assert bucket.take("b").allowed                   # another caller has its own bucket


def test_idle_time_never_fills_beyond_the_capacity():
    clock = Clock()
    bucket = LocalBuckets(capacity=10, rate=2, clock=clock)
    clock.now += 3600
    assert sum(bucket.take("a").allowed for _ in range(100)) == 10


def test_local_buckets_multiply_the_limit_and_a_shared_one_does_not():
    clock = Clock()
    local = [LocalBuckets(10, 1, clock) for _ in range(4)]
    assert sum(bucket.take("a").allowed for bucket in local for _ in range(20)) == 40
    store = StoreDouble(clock)
    shared = [SharedBuckets(store, 10, 1, 4) for _ in range(4)]
    assert sum(bucket.take("a").allowed for bucket in shared for _ in range(20)) == 10


def test_store_outage_falls_back_to_a_share_of_the_limit():
    store = StoreDouble(Clock())
    instances = [SharedBuckets(store, 20, 0.001, 4) for _ in range(4)]
    errors = []
    for bucket in instances:
        bucket.on_store_error = errors.append
    store.down = True
    assert sum(bucket.take("a").allowed for bucket in instances for _ in range(20)) == 20
    assert len(errors) == 80


def test_fixed_window_lets_twice_the_limit_through_at_the_border():
    clock = Clock()
    clock.now = 59.9
    fixed = FixedWindow(100, 60, clock)
    sliding = SlidingCounter(100, 60, clock)
    passed_fixed = sum(fixed.allow("a") for _ in range(100))
    passed_sliding = sum(sliding.allow("a") for _ in range(100))
    clock.now = 60.1
    passed_fixed += sum(fixed.allow("a") for _ in range(100))
    passed_sliding += sum(sliding.allow("a") for _ in range(100))
    assert passed_fixed == 200
    assert passed_sliding <= 101


def test_headers():
    allowed = rate_limit_headers(Decision(True, 42, 0.0), policy="default", quota=100, window=60)
    assert allowed["RateLimit-Policy"] == '"default";q=100;w=60'
    assert allowed["RateLimit"] == '"default";r=42;t=26'
    assert "Retry-After" not in allowed
    refused = rate_limit_headers(Decision(False, 0, 0.2), policy="default", quota=100, window=60)
    assert refused["Retry-After"] == "1" and refused["RateLimit"] == '"default";r=0;t=1'


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server here")
def test_the_script_on_a_real_server(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL)

    def eval_script(*args):
        words = ["EVAL", SCRIPT, "1", "rl:{a}", *map(str, args)]
        message = f"*{len(words)}\r\n" + "".join(f"${len(w.encode())}\r\n{w}\r\n" for w in words)
        with socket.create_connection(("127.0.0.1", port), 2) as connection:
            connection.sendall(message.encode())
            reply = b""
            while reply.count(b"\r\n") < 4 and not reply.startswith(b"-"):
                reply += connection.recv(4096)
        assert reply.startswith(b"*3"), reply
        return [int(line[1:]) for line in reply.split(b"\r\n")[1:4]]

    try:
        for _ in range(50):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        replies = [eval_script(5, 0.5, 1) for _ in range(7)]
        assert [allowed for allowed, _, _ in replies] == [1, 1, 1, 1, 1, 0, 0]
        assert [left for _, left, _ in replies[:5]] == [4, 3, 2, 1, 0]
        assert 1500 < replies[-1][2] <= 2000
    finally:
        server.terminate()
        server.wait(5)
