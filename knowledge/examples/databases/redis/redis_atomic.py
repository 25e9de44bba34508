"""Several steps as one: MULTI/EXEC with WATCH, and a script."""
import redis
from redis.exceptions import WatchError

# region fixed_window
FIXED_WINDOW = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end   -- set with the first hit, in the same step
return { n <= tonumber(ARGV[1]) and 1 or 0, redis.call('PTTL', KEYS[1]) }
"""


def allow(client: redis.Redis, caller: str, route: str, limit: int, window_ms: int) -> tuple[bool, int]:
    """(allowed, milliseconds until the window ends). Bursts of twice the limit are possible at the border."""
    allowed, left = client.register_script(FIXED_WINDOW)(
        keys=[f"rl:{{{caller}}}:{route}"], args=[limit, window_ms])
    return bool(allowed), left
# endregion


# region reserve
RESERVE = """
-- KEYS[1] stock, KEYS[2] reservations    ARGV[1] reservation id, ARGV[2] quantity
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 1 end       -- a retry of the same call
local left = tonumber(redis.call('GET', KEYS[1]) or '0')
local wanted = tonumber(ARGV[2])
if left < wanted then return 0 end
redis.call('DECRBY', KEYS[1], wanted)
redis.call('HSET', KEYS[2], ARGV[1], wanted)
return 1
"""


def reserve(client: redis.Redis, sku: str, reservation: str, quantity: int) -> bool:
    """All checks come before the first write: an error in the middle would leave the earlier writes in place."""
    script = client.register_script(RESERVE)         # EVALSHA; loads again after NOSCRIPT
    return script(keys=[f"stock:{{{sku}}}", f"reserved:{{{sku}}}"], args=[reservation, quantity]) == 1
# endregion


# region watch
def transfer(client: redis.Redis, source: str, target: str, points: int, attempts: int = 10) -> bool:
    with client.pipeline(transaction=True) as pipe:
        for _ in range(attempts):
            try:
                pipe.watch(source)                           # EXEC answers nil if this key changes
                if int(pipe.get(source) or 0) < points:      # runs at once: MULTI has not started
                    pipe.unwatch()
                    return False
                pipe.multi()
                pipe.decrby(source, points)
                pipe.incrby(target, points)
                pipe.execute()                               # MULTI … EXEC in one round trip
                return True
            except WatchError:
                continue
    raise TimeoutError("too much contention: use a script")
# endregion
