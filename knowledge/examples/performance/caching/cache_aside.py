"""Cache-aside over Redis: fail open, one load per key, jittered TTL; then the same with leases."""

from __future__ import annotations

import asyncio
import json
import math
import random
import secrets
import time
from contextlib import suppress

from redis.exceptions import RedisError


# region cache-aside
class Cache:
    def __init__(self, redis, ttl: int = 300, jitter: float = 0.1, timeout: float = 0.05) -> None:
        self._redis, self._ttl, self._jitter, self._timeout = redis, ttl, jitter, timeout
        self._flights: dict[str, asyncio.Task] = {}

    async def get(self, key: str, load):
        try:
            async with asyncio.timeout(self._timeout):
                cached = await self._redis.get(key)
        except (RedisError, OSError, TimeoutError):
            cached = None  # a broken cache is a slow service, not an outage: count it, guard the database
        if cached is not None:
            return json.loads(cached)
        flight = self._flights.get(key)
        if flight is None:  # no await between look-up and insert: one load per key and process
            flight = self._flights[key] = asyncio.create_task(self._fill(key, load))
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        return await asyncio.shield(flight)  # a caller that gives up does not cancel the others

    async def _fill(self, key: str, load):
        value = await load()  # an error reaches all waiting callers and is not cached
        await self._store(key, value)
        return value

    async def _store(self, key: str, value) -> None:
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(self._timeout):
                await self._redis.set(key, json.dumps(value), ex=self.seconds())

    def seconds(self) -> int:  # keys written together must not expire together
        return max(1, round(self._ttl * random.uniform(1 - self._jitter, 1 + self._jitter)))  # noqa: S311

    async def invalidate(self, key: str) -> None:
        self._flights.pop(key, None)  # whoever comes now must not join a load that began before the commit
        await self._redis.delete(key)  # after the commit, and let an error be seen: the old value lives on


# endregion


# region lease
STORE_IF_LEASED = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return redis.call('DEL', KEYS[2])
"""


class LeasedCache(Cache):
    """One load per key over all instances, and no write of a value that was read before an invalidation."""

    @staticmethod
    def _lease(key: str) -> str:
        return "lease:{" + key + "}"  # same cluster slot as the key

    async def _fill(self, key: str, load):
        token, lease = secrets.token_hex(8), self._lease(key)
        with suppress(RedisError, OSError, TimeoutError):  # Redis is down: load without a lease, store nothing
            for _ in range(40):
                if await self._try(self._redis.set(lease, token, nx=True, ex=10)):
                    break
                await asyncio.sleep(0.05)  # somebody else is loading
                if (cached := await self._try(self._redis.get(key))) is not None:
                    return json.loads(cached)
        value = await load()  # when this fails, a lease we hold runs out after 10 s
        with suppress(RedisError, OSError, TimeoutError):  # stores only while the lease is still ours
            arguments = (key, lease, token, json.dumps(value), self.seconds())
            await self._try(self._redis.eval(STORE_IF_LEASED, 2, *arguments))
        return value

    async def _try(self, command):
        async with asyncio.timeout(self._timeout):
            return await command

    async def invalidate(self, key: str) -> None:
        self._flights.pop(key, None)
        await self._redis.delete(key, self._lease(key))  # a load in flight loses its right to store


# endregion


# region early
def refresh_early(expires_at: float, load_seconds: float, beta: float = 1.0, now=time.time) -> bool:
    """True for ever more callers as the expiry comes near: usually one of them reloads before it."""
    return now() - load_seconds * beta * math.log(1 - random.random()) >= expires_at  # noqa: S311


# endregion


# region generation
async def catalogue_key(redis, tenant: str, page: int) -> str:
    name = f"gen:catalogue:{tenant}"
    if (generation := await redis.get(name)) is None:  # new tenant, evicted or lost: never an old value again
        await redis.set(name, secrets.token_hex(8), nx=True)
        generation = await redis.get(name)
    return f"catalogue:v3:{tenant}:{generation}:{page}"


async def invalidate_catalogue(redis, tenant: str) -> None:
    await redis.set(f"gen:catalogue:{tenant}", secrets.token_hex(8))  # all pages at once; the old ones die by TTL


# endregion


# region key
def cache_key(kind: str, schema: int, **parts: object) -> str:
    """Everything the value depends on, encoded so that no value can imitate the separator."""
    body = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return f"{kind}:v{schema}:{body}"


def article_key(article: str, *, tenant: str, locale: str, roles: set[str]) -> str:
    return cache_key("article", 4, tenant=tenant, locale=locale, roles=sorted(roles), article=article)


# endregion
