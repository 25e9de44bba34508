"""Which shard gets the writes, for three choices of partition key."""
from __future__ import annotations

# region shards
import hashlib
from collections import Counter
from collections.abc import Iterable

BUCKETS = 1024            # fixed for ever, far more than shards; a table maps buckets to shards


def bucket(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % BUCKETS


def shard_of(key: str, placement: list[str]) -> str:
    """placement[bucket] = shard. Adding a shard edits the table and moves those buckets only."""
    return placement[bucket(key)]


def add_shard(placement: list[str], new: str) -> list[str]:
    """Take an equal share of buckets from every present shard."""
    target, after, taken = BUCKETS // (len(set(placement)) + 1), list(placement), Counter()
    quota = {shard: count - target for shard, count in Counter(placement).items()}
    for index, shard in enumerate(placement):
        if taken[shard] < quota[shard]:
            after[index] = new
            taken[shard] += 1
    return after


def hottest_share(keys: Iterable[str], placement: list[str]) -> float:
    counts = Counter(shard_of(key, placement) for key in keys)
    return max(counts.values()) / counts.total()
# endregion shards
