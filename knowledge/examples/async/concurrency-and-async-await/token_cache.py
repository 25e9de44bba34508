"""One refresh for all who wait: a lock around read, decide, await, write."""
import asyncio
import time
from collections.abc import Awaitable, Callable


# region refresh
class TokenCache:
    """`fetch` returns (token, lifetime in seconds). Fifty callers at once cause one call."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, float]]], clock: Callable[[], float] = time.monotonic):
        self._fetch, self._clock = fetch, clock
        self._lock = asyncio.Lock()                          # for the tasks of one loop, not for threads or pods
        self._token, self._until = "", 0.0

    async def get(self) -> str:
        if self._clock() < self._until:                      # no await in between: no lock needed to read
            return self._token
        async with asyncio.timeout(5), self._lock:           # bounded wait: the holder may hang
            if self._clock() < self._until:                  # somebody refreshed while we waited
                return self._token
            token, lifetime = await self._fetch()            # the await is why a lock is needed
            self._token, self._until = token, self._clock() + lifetime * 0.9
            return token
# endregion
