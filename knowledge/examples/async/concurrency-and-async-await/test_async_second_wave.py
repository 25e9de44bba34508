import asyncio
import time

import pytest
from cpu_share import cpu_share, cpu_workers, io_threads, usable_cpus
from interleave import Clock, overlap, settle
from token_cache import TokenCache


def share_of(work) -> float:
    seen = []
    with cpu_share(lambda _wall, share: seen.append(share)):
        work()
    return seen[0]


def test_waiting_and_computing_are_told_apart():
    assert share_of(lambda: time.sleep(0.05)) < 0.3
    waiting, computing = share_of(lambda: time.sleep(0.02)), share_of(lambda: sum(i * i for i in range(300_000)))
    assert computing > 2 * waiting


def test_the_quota_of_the_container_counts(tmp_path):
    limit = tmp_path / "cpu.max"
    limit.write_text("50000 100000\n")
    assert usable_cpus(limit) == 0.5
    limit.write_text("max 100000\n")
    assert usable_cpus(limit) == usable_cpus(tmp_path / "absent") >= 1
    assert cpu_workers() >= 1


def test_threads_follow_from_rate_and_latency_and_stop_at_what_is_behind():
    assert io_threads(1_000, 0.004, 200) == 8  # double a mean of four, half as much again at sixteen
    assert io_threads(80, 0.2, 200) == 24
    assert io_threads(100, 0.2, 200) == 29
    assert io_threads(100, 2.0, 50) == 50
    assert io_threads(0.1, 0.01, 50) == 1


class Fetch:
    def __init__(self, *results):
        self.results, self.calls, self.release = list(results), 0, asyncio.Event()

    async def __call__(self):
        self.calls += 1
        result = self.results.pop(0)
        await self.release.wait()
        if isinstance(result, Exception):
            raise result
        return result


def test_fifty_callers_one_refresh():
    async def scenario():
        fetch = Fetch(("t1", 60))
        cache = TokenCache(fetch)
        callers = [asyncio.create_task(cache.get()) for _ in range(50)]
        await settle()
        fetch.release.set()
        assert set(await asyncio.gather(*callers)) == {"t1"} and fetch.calls == 1

    asyncio.run(scenario())


def test_without_the_second_look_each_caller_refreshes():
    """The naive version: a check and an await without a lock."""
    async def scenario():
        fetch, state = Fetch(*[("t", 60)] * 5), {}

        async def get():
            if "token" not in state:
                state["token"], _ = await fetch()
            return state["token"]

        callers = [asyncio.create_task(get()) for _ in range(5)]
        await settle()
        fetch.release.set()
        await asyncio.gather(*callers)
        assert fetch.calls == 5

    asyncio.run(scenario())


def test_a_failure_is_not_kept_and_an_old_token_is_renewed():
    async def scenario():
        clock = Clock()
        fetch = Fetch(ConnectionError(), ("t1", 100), ("t2", 100))
        fetch.release.set()
        cache = TokenCache(fetch, clock.time)
        clock.now = 1.0
        with pytest.raises(ConnectionError):
            await cache.get()
        assert await cache.get() == "t1"
        clock.now += 89
        assert await cache.get() == "t1"
        clock.now += 2
        assert await cache.get() == "t2"

    asyncio.run(scenario())


class Account:
    def __init__(self):
        self.balance, self.lock = 100, asyncio.Lock()

    async def racy(self, gate) -> bool:
        balance = self.balance
        if balance < 80:
            return False
        await gate()
        self.balance = balance - 80
        return True

    async def locked(self, gate) -> bool:
        async with self.lock:
            return await self.racy(gate)


def test_the_gate_shows_the_race_every_time_and_its_repair():
    async def scenario(method):
        account = Account()
        return await overlap(lambda gate: getattr(account, method)(gate)), account.balance

    for _ in range(20):
        assert asyncio.run(scenario("racy")) == ([True, True], 20)      # 160 paid out of 100
        assert asyncio.run(scenario("locked")) == ([True, False], 20)


async def retry(work, sleep, tries=4, base=60.0):
    for attempt in range(tries):
        try:
            return await work()
        except ConnectionError:
            if attempt == tries - 1:
                raise
            await sleep(base * 2**attempt)


def test_minutes_of_backoff_in_no_time():
    async def scenario():
        clock, at = Clock(), []

        async def work():
            at.append(clock.time())
            if len(at) < 4:
                raise ConnectionError
            return "done"

        task = asyncio.create_task(retry(work, clock.sleep))
        await settle()
        await clock.advance(1_000)
        assert await task == "done" and at == [0, 60, 180, 420]

    started = time.perf_counter()
    asyncio.run(scenario())
    assert time.perf_counter() - started < 1
