"""A consumer group that takes over the entries of a dead consumer."""
from collections.abc import Callable

import redis
from redis.exceptions import ResponseError

# region stream
STREAM, GROUP, DEAD = "jobs:{mail}", "senders", "jobs:{mail}:dead"


def setup(client: redis.Redis) -> None:
    try:
        client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)   # "0": also what was added before the group
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def work_once(client: redis.Redis, consumer: str, handle: Callable[[dict], None],
              min_idle_ms: int = 60_000, max_deliveries: int = 5, block_ms: int = 2_000) -> int:
    """Takes over what others left pending, then reads new entries. min_idle_ms > the slowest handle()."""
    _, stale, _ = client.xautoclaim(STREAM, GROUP, consumer, min_idle_ms, start_id="0-0", count=10)
    fresh = client.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=10, block=block_ms)
    done = 0
    for entry_id, fields in [*stale, *(fresh[0][1] if fresh else [])]:
        pending = client.xpending_range(STREAM, GROUP, entry_id, entry_id, 1)
        if pending and pending[0]["times_delivered"] > max_deliveries:
            with client.pipeline(transaction=True) as pipe:          # park it, or it circles for ever
                pipe.xadd(DEAD, {**fields, "origin": entry_id}, maxlen=10_000, approximate=True)
                pipe.xack(STREAM, GROUP, entry_id)
                pipe.execute()
            continue
        try:
            handle(fields)                                           # idempotent: a crash before XACK repeats it
        except Exception:
            continue                                                 # stays pending, claimed again later
        client.xack(STREAM, GROUP, entry_id)
        done += 1
    return done
# endregion
