"""Big collections in buckets, hot counters in shards."""
import binascii
import random

import redis

# region split
BUCKETS, SHARDS = 256, 16


def bucket(name: str, member: str) -> str:
    """2,000,000 members become 256 sets of about 8,000, spread over the nodes of a cluster."""
    return f"{name}:{binascii.crc32(member.encode()) % BUCKETS}"


def add(client: redis.Redis, name: str, member: str) -> bool:
    return client.sadd(bucket(name, member), member) == 1


def contains(client: redis.Redis, name: str, member: str) -> bool:
    return bool(client.sismember(bucket(name, member), member))


def count_view(client: redis.Redis, page: str) -> None:
    """A hot counter: sixteen keys instead of one, so that no single node takes every write."""
    client.incr(f"views:{page}:{random.randrange(SHARDS)}")


def views(client: redis.Redis, page: str) -> int:
    with client.pipeline(transaction=False) as pipe:         # MGET would need one slot for all sixteen
        for shard in range(SHARDS):
            pipe.get(f"views:{page}:{shard}")
        return sum(int(value or 0) for value in pipe.execute())
# endregion
