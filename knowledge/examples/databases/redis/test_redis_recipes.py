import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import fakeredis
import pytest
import redis
import redis_atomic
import redis_lock
import redis_stream_jobs as jobs
import redis_types
from redis.backoff import NoBackoff
from redis.retry import Retry

REAL = shutil.which("redis-server")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real server on a free loopback port where one is installed, fakeredis otherwise."""
    if REAL is None:
        fake = fakeredis.FakeServer()
        yield lambda **kw: fakeredis.FakeRedis(server=fake, decode_responses=True)
        return
    folder = tmp_path_factory.mktemp("redis")
    acl = folder / "users.acl"
    lines = (Path(__file__).parent / "shop.acl").read_text().splitlines()
    acl.write_text("user root on nopass ~* &* +@all\n" + "\n".join(x for x in lines if not x.startswith("#")) + "\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [REAL, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
         "--dir", str(folder), "--aclfile", str(acl)], stdout=subprocess.DEVNULL)

    def connect(username="root", password="x"):
        return redis.Redis(port=port, username=username, password=password, decode_responses=True,
                           retry=Retry(NoBackoff(), 0))

    try:
        for _ in range(100):
            try:
                connect().ping()
                break
            except redis.ConnectionError:
                time.sleep(0.02)
        yield connect
    finally:
        process.terminate()
        process.wait(5)


@pytest.fixture
def client(server):
    with server() as connection:
        connection.flushall()
        yield connection


needs_server = pytest.mark.skipif(REAL is None, reason="no redis-server here")


def test_a_late_holder_cannot_release_the_next_holders_lock(client):
    first, second = redis_lock.Lock(client, "report", 40), redis_lock.Lock(client, "report", 5_000)
    assert first.acquire() and not second.acquire()
    time.sleep(0.06)                                  # the lease ends, the first holder does not notice
    assert second.acquire()
    assert first.release() is False and client.exists("lock:report")
    with pytest.raises(redis_lock.LockLost):
        first.extend()
    second.extend()
    assert second.release() is True and not client.exists("lock:report")


def test_plain_delete_releases_somebody_elses_lock(client):
    """The vulnerable version: DEL without comparing."""
    client.set("lock:report", "first", nx=True, px=30)
    time.sleep(0.05)
    client.set("lock:report", "second", nx=True, px=5_000)
    client.delete("lock:report")                      # the late first holder
    assert client.set("lock:report", "third", nx=True, px=5_000)   # two holders now


def test_held_skips_when_taken(client):
    with redis_lock.held(client, "report") as outer, redis_lock.held(client, "report") as inner:
        assert outer is not None and inner is None
    assert not client.exists("lock:report")


def test_window_always_has_an_expiry(client):
    assert [redis_atomic.allow(client, "acme", "search", 3, 60_000)[0] for _ in range(5)] == [True] * 3 + [False] * 2
    assert 0 < client.pttl("rl:{acme}:search") <= 60_000
    assert redis_atomic.allow(client, "acme", "orders", 3, 60_000)[0]  # another route has a counter of its own


def test_separate_incr_and_expire_block_a_caller_for_ever(client):
    """The vulnerable version: the process dies between the two commands."""
    client.incr("rl:acme")                            # ... crash here, EXPIRE is never sent
    assert client.ttl("rl:acme") == -1


def test_reserve_never_oversells_and_repeats_safely(client):
    client.set("stock:{tea}", 5)
    results = []

    def buy(n):
        results.append(redis_atomic.reserve(client, "tea", f"r{n}", 1))

    threads = [threading.Thread(target=buy, args=(n,)) for n in range(12)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert results.count(True) == 5 and client.get("stock:{tea}") == "0"
    sold = next(iter(client.hkeys("reserved:{tea}")))
    assert redis_atomic.reserve(client, "tea", sold, 1) is True and client.get("stock:{tea}") == "0"


def test_transfer_retries_when_the_balance_changes(client):
    client.set("a", 10)
    other = {"done": False}
    plain_watch = redis.client.Pipeline.watch

    class Interrupted(redis.client.Pipeline):
        def watch(self, *names):
            plain_watch(self, *names)
            if not other["done"]:
                other["done"] = True
                client.set("a", 4)                    # somebody spends between WATCH and EXEC

    client.pipeline = lambda **kw: Interrupted(client.connection_pool, client.response_callbacks, True, None)
    assert redis_atomic.transfer(client, "a", "b", 5) is False
    assert client.get("a") == "4" and client.get("b") is None
    assert redis_atomic.transfer(client, "a", "b", 3) is True
    assert client.get("a") == "1" and client.get("b") == "3"


def test_exec_does_not_roll_back(client):
    client.set("text", "abc")
    with client.pipeline(transaction=True) as pipe:
        pipe.incr("counter").incr("text").incr("counter")
        with pytest.raises(redis.ResponseError):
            pipe.execute()
    assert client.get("counter") == "2"


def test_set_without_keepttl_drops_the_lifetime(client):
    client.set("k", "1", ex=100)
    client.set("k", "2")
    assert client.ttl("k") == -1
    client.set("k", "1", ex=100)
    client.set("k", "2", keepttl=True)
    client.incr("k")                                  # changing commands keep it
    assert 0 < client.ttl("k") <= 100


def test_leaderboard(client):
    for player, points in (("ann", 5), ("bob", 9), ("ann", 7)):
        redis_types.add_score(client, player, points)
    assert redis_types.top(client, 2) == [("ann", 12.0), ("bob", 9.0)]
    assert redis_types.place(client, "bob") == 2 and redis_types.place(client, "nobody") is None
    assert client.ttl(redis_types.BOARD) > 0


def test_put_sets_a_lifetime_and_leaks_are_found(client):
    redis_types.put(client, "shop:1", "x", 100)
    client.set("shop:2", "x")
    assert 90 <= client.ttl("shop:1") <= 110
    assert redis_types.keys_without_ttl(client, "shop:*") == ["shop:2"]


def test_another_consumer_takes_over_and_poison_is_parked(client):
    jobs.setup(client)
    jobs.setup(client)                                # repeatable
    client.xadd(jobs.STREAM, {"to": "a@example.com"})
    client.xreadgroup(jobs.GROUP, "dead", {jobs.STREAM: ">"}, count=1)     # reads, then dies without XACK
    seen = []
    time.sleep(0.02)
    assert jobs.work_once(client, "alive", seen.append, min_idle_ms=10, block_ms=1) == 1
    assert seen == [{"to": "a@example.com"}]

    def broken(fields):
        raise ValueError

    client.xadd(jobs.STREAM, {"to": "bad"})
    for _ in range(5):
        jobs.work_once(client, "alive", broken, min_idle_ms=1, max_deliveries=3, block_ms=1)
        time.sleep(0.003)
    assert client.xpending(jobs.STREAM, jobs.GROUP)["pending"] == 0
    assert client.xlen(jobs.DEAD) == 1


def test_pubsub_keeps_nothing(client):
    assert client.publish("news", "lost") == 0        # nobody listens: the message is gone, no error


@needs_server
def test_volatile_policy_without_lifetimes_refuses_writes(client):
    client.config_set("maxmemory-policy", "volatile-lru")
    client.config_set("maxmemory", client.info("memory")["used_memory"] + 100_000)
    try:
        with pytest.raises(redis.ResponseError, match="maxmemory"):
            for n in range(200):
                client.set(f"k{n}", "x" * 5_000)
        assert client.info("stats")["evicted_keys"] == 0 and client.get("k0")     # reads still work
        client.config_set("maxmemory-policy", "allkeys-lru")
        for n in range(200):
            client.set(f"k{n}", "x" * 5_000)
        assert client.info("stats")["evicted_keys"] > 100
    finally:
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")


@needs_server
def test_acl_confines_the_application(server, client):
    shop = server(username="shop", password="example-only")
    shop.set("shop:1", "x")
    assert shop.get("shop:1") == "x"
    denied = [lambda: shop.get("billing:1"), lambda: shop.flushall(), lambda: shop.keys("*"),
              lambda: shop.config_get("*"), lambda: shop.publish("billing:x", "1"),
              lambda: shop.eval("return redis.call('GET', 'billing:1')", 0)]
    for call in denied:
        with pytest.raises((redis.exceptions.NoPermissionError, redis.ResponseError), match="(?i)permission|can.t access"):
            call()
    metrics = server(username="metrics", password="example-only")
    assert "used_memory" in metrics.info("memory")
    with pytest.raises(redis.exceptions.NoPermissionError):
        metrics.get("shop:1")


@needs_server
def test_default_user_is_off(server, client):
    with pytest.raises(redis.AuthenticationError):
        server(username=None, password=None).ping()
