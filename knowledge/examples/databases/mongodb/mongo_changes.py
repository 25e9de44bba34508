"""A change-stream consumer that survives restarts, with PyMongo's asynchronous API (or a double of it)."""
from collections.abc import Awaitable, Callable

Handle, Resync = Callable[[dict], Awaitable[None]], Callable[[], Awaitable[None]]

# region follow
HISTORY_LOST = 286                                           # ChangeStreamHistoryLost: the oplog no longer has the token
ONLY = [{"$match": {"operationType": {"$in": ["insert", "update", "replace", "delete"]}}}]


async def follow(collection, tokens, name: str, handle: Handle, resync: Resync) -> None:
    """At least once: an event may come again after a crash, so `handle` must be idempotent."""
    saved = await tokens.find_one({"_id": name})
    try:
        stream = await collection.watch(ONLY, start_after=saved["token"] if saved else None,
                                        full_document="updateLookup")   # today's document, not that of the event
        async with stream:
            if saved is None:
                await resync()                               # the stream is open: nothing falls between copy and events
            while stream.alive:
                event = await stream.try_next()              # None after about a second without events
                if event is not None:
                    await handle(event)                      # first the effect, then the token
                if saved is None or stream.resume_token != saved["token"]:   # also moves while nothing matches
                    saved = {"token": stream.resume_token}
                    await tokens.update_one({"_id": name}, {"$set": saved}, upsert=True)
    except Exception as error:
        if getattr(error, "code", None) != HISTORY_LOST:
            raise                                            # let the supervisor restart: it resumes at the token
        await tokens.delete_one({"_id": name})               # the next start copies everything again; raise an alert
        raise
# endregion
