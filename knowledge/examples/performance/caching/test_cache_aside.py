from __future__ import annotations

import asyncio
import json
import random

import fakeredis
import pytest
from cache_aside import (
    Cache,
    LeasedCache,
    article_key,
    catalogue_key,
    invalidate_catalogue,
    refresh_early,
)
from redis.exceptions import ConnectionError as RedisDown


def run(scenario) -> None:
    async def wrapped() -> None:
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        try:
            await scenario(redis)
        finally:
            await redis.aclose()

    asyncio.run(wrapped())


class Database:
    def __init__(self, value="old") -> None:
        self.value, self.loads = value, 0

    async def load(self):
        self.loads += 1
        seen = self.value
        await asyncio.sleep(0.02)
        return seen


def test_a_hundred_concurrent_misses_cause_one_load() -> None:
    async def scenario(redis) -> None:
        naive = Database()

        async def without() -> str:
            if (hit := await redis.get("n")) is None:
                hit = await naive.load()
                await redis.set("n", hit, ex=60)
            return hit

        await asyncio.gather(*(without() for _ in range(100)))
        assert naive.loads == 100  # the stampede

        cache, db = Cache(redis, timeout=1), Database()
        assert set(await asyncio.gather(*(cache.get("p:7", db.load) for _ in range(100)))) == {"old"}
        assert db.loads == 1
        assert await cache.get("p:7", db.load) == "old"
        assert db.loads == 1
        assert 270 <= await redis.ttl("p:7") <= 330

    run(scenario)


def test_expiry_times_differ() -> None:
    assert len({Cache(None).seconds() for _ in range(200)}) > 30


def test_a_dead_cache_and_a_leaving_caller_do_not_hurt() -> None:
    class Down:
        async def get(self, key):
            raise RedisDown("refused")

        async def set(self, *args, **kwargs):
            raise RedisDown("refused")

        eval = set

    class Hanging:
        async def get(self, key):
            await asyncio.sleep(60)

        set = get

        async def set(self, *args, **kwargs):
            await asyncio.sleep(60)

        eval = set

    async def scenario() -> None:
        for broken in (Down(), Hanging()):
            for kind in (Cache, LeasedCache):
                assert await kind(broken, timeout=0.01).get("k", Database("x").load) == "x"
        db = Database("y")
        cache = Cache(Down())
        leaving = asyncio.create_task(cache.get("k", db.load))
        staying = asyncio.create_task(cache.get("k", db.load))
        await asyncio.sleep(0.005)
        leaving.cancel()
        assert await staying == "y"
        assert db.loads == 1

    asyncio.run(scenario())


def test_an_error_is_not_cached() -> None:
    async def scenario(redis) -> None:
        cache = Cache(redis, timeout=1)

        async def broken():
            raise LookupError("database down")

        with pytest.raises(LookupError):
            await cache.get("k", broken)
        assert await cache.get("k", Database("ok").load) == "ok"

    run(scenario)


# region stale-set
async def read_while_writing(cache, db) -> object:
    reader = asyncio.create_task(cache.get("p:7", db.load))
    await asyncio.sleep(0.01)  # the reader has read "old" and is on its way to the cache
    db.value = "new"  # commit
    await cache.invalidate("p:7")  # the key is not there yet, so plain deletion removes nothing
    await reader
    return await cache.get("p:7", db.load)


def test_a_slow_reader_stores_the_old_value_unless_it_needs_a_lease() -> None:
    async def scenario(redis) -> None:
        assert await read_while_writing(Cache(redis, timeout=1), Database()) == "old"  # until the TTL ends
        await redis.flushall()
        assert await read_while_writing(LeasedCache(redis, timeout=1), Database()) == "new"

    run(scenario)


# endregion


def test_a_reader_after_the_write_does_not_join_the_older_load() -> None:
    async def scenario(redis) -> None:
        for kind in (Cache, LeasedCache):
            db, cache = Database(), kind(redis, timeout=1)
            reader = asyncio.create_task(cache.get("p:8", db.load))
            await asyncio.sleep(0.01)
            db.value = "new"
            await cache.invalidate("p:8")
            assert await cache.get("p:8", db.load) == "new"  # reads its own write
            assert await reader == "old"
            await redis.flushall()

    run(scenario)


def test_a_lease_gives_one_load_over_several_instances() -> None:
    async def scenario(redis) -> None:
        plain, leased = Database(), Database()
        await asyncio.gather(*(Cache(redis, timeout=1).get("a", plain.load) for _ in range(5)))
        assert plain.loads == 5
        await asyncio.gather(*(LeasedCache(redis, timeout=1).get("b", leased.load) for _ in range(5)))
        assert leased.loads == 1

    run(scenario)


def test_early_refresh_gets_likelier_and_is_certain_at_expiry() -> None:
    random.seed(7)

    def share(seconds_left: float) -> float:
        return sum(refresh_early(seconds_left, 0.5, now=lambda: 0.0) for _ in range(2000)) / 2000

    assert share(10) < 0.01 < share(1) < share(0.2)
    assert share(0) == 1


def test_one_command_makes_every_page_of_one_tenant_unreachable() -> None:
    async def scenario(redis) -> None:
        before = [await catalogue_key(redis, "acme", page) for page in range(3)]
        other = await catalogue_key(redis, "umbrella", 0)
        await invalidate_catalogue(redis, "acme")
        after = [await catalogue_key(redis, "acme", page) for page in range(3)]
        assert not set(before) & set(after)
        assert await catalogue_key(redis, "umbrella", 0) == other
        await redis.delete("gen:catalogue:acme")  # evicted
        assert await catalogue_key(redis, "acme", 0) not in before + after

    run(scenario)


def test_a_chosen_name_cannot_reach_into_another_tenant() -> None:
    def joined(tenant: str, article: str) -> str:
        return f"article:{tenant}:{article}"

    assert joined("acme", "x:7") == joined("acme:x", "7")  # a tenant may choose its name
    safe = {"locale": "de", "roles": {"reader"}}
    assert article_key("x:7", tenant="acme", **safe) != article_key("7", tenant="acme:x", **safe)
    one = article_key("7", tenant="acme", locale="de", roles={"a", "b"})
    assert one == article_key("7", tenant="acme", locale="de", roles={"b", "a"})
    assert one != article_key("7", tenant="acme", locale="de", roles={"a"})
    assert json.loads(one.split(":", 2)[2])["tenant"] == "acme"
