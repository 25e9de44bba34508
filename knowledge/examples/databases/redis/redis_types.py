"""A leaderboard in a sorted set, and a cache entry that is never without a lifetime."""
import random

import redis

# region leaderboard
BOARD = "board:2026-w48"


def add_score(client: redis.Redis, player: str, points: int) -> None:
    with client.pipeline(transaction=True) as pipe:
        pipe.zincrby(BOARD, points, player)                  # O(log N), creates the member
        pipe.expire(BOARD, 14 * 86_400, nx=True)             # the week's board removes itself; NX needs Redis 7
        pipe.execute()


def top(client: redis.Redis, count: int = 10) -> list[tuple[str, float]]:
    return client.zrange(BOARD, 0, count - 1, desc=True, withscores=True)


def place(client: redis.Redis, player: str) -> int | None:
    rank = client.zrevrank(BOARD, player)                    # 0-based, O(log N): no scan over all players
    return None if rank is None else rank + 1
# endregion


# region expiring
def put(client: redis.Redis, key: str, value: str, ttl: int = 300) -> None:
    """One command sets value and lifetime; ±10 % keeps entries written together from expiring together."""
    client.set(key, value, ex=round(ttl * random.uniform(0.9, 1.1)))


def keys_without_ttl(client: redis.Redis, pattern: str, sample: int = 10_000) -> list[str]:
    """Finds leaks with SCAN, a little at a time; KEYS would stop the server for the whole walk."""
    found = []
    for seen, key in enumerate(client.scan_iter(match=pattern, count=500), start=1):
        if client.ttl(key) == -1:                            # -1: no lifetime, -2: gone meanwhile
            found.append(key)
        if seen >= sample:
            break
    return found
# endregion
