"""Many commands in few round trips, with every reply checked."""
from itertools import islice

import redis


# region pipeline
def set_prices(client: redis.Redis, prices: dict[str, int], batch: int = 1_000) -> list[str]:
    """Returns the keys whose command failed. The others are applied: a pipeline is not a transaction."""
    failed: list[str] = []
    items = iter(prices.items())
    while part := list(islice(items, batch)):                # the server holds all replies of a batch in memory
        with client.pipeline(transaction=False) as pipe:     # the default, True, wraps the batch in MULTI … EXEC
            for sku, cents in part:
                pipe.hset(f"product:{sku}", "cents", cents)
            replies = pipe.execute(raise_on_error=False)     # one round trip; an error is a value in the list
        failed += [sku for (sku, _), reply in zip(part, replies) if isinstance(reply, redis.RedisError)]
    return failed
# endregion
