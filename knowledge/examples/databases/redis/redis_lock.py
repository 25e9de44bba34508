"""A lock on one Redis or Valkey server: it saves duplicate work, it does not guarantee mutual exclusion."""
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import redis

# region lock
RELEASE = """if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0"""   # Redis 8.4: DELEX key IFEQ token; Valkey 9.0: DELIFEQ key token
EXTEND = """if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0"""


class LockLost(Exception):
    pass


class Lock:
    def __init__(self, client: redis.Redis, name: str, ttl_ms: int = 30_000):
        self._redis, self._key, self._ttl = client, f"lock:{name}", ttl_ms
        self._token = secrets.token_hex(16)          # one per attempt: never the host name, never the user id
        self._release, self._extend = client.register_script(RELEASE), client.register_script(EXTEND)

    def acquire(self) -> bool:
        # one command: SETNX followed by EXPIRE leaves a lock for ever if the process dies in between
        return bool(self._redis.set(self._key, self._token, nx=True, px=self._ttl))

    def extend(self) -> None:
        """Call at a third of the TTL. LockLost: stop working, another holder may be active already."""
        if not self._extend(keys=[self._key], args=[self._token, self._ttl]):
            raise LockLost(self._key)

    def release(self) -> bool:
        return bool(self._release(keys=[self._key], args=[self._token]))
# endregion


@contextmanager
def held(client: redis.Redis, name: str, ttl_ms: int = 30_000) -> Iterator[Lock | None]:
    lock = Lock(client, name, ttl_ms)
    if not lock.acquire():
        yield None
        return
    try:
        yield lock
    finally:
        lock.release()
