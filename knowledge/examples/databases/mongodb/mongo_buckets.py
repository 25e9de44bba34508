"""An unbounded relation as buckets: one document for at most 200 entries."""
from datetime import datetime


# region bucket
def append(threads, thread: str, comment: dict, now: datetime, size: int = 200) -> None:
    """Fills the open bucket, or starts a new one: the filter finds only a bucket with room."""
    threads.update_one(
        {"thread": thread, "count": {"$lt": size}},          # index: thread, count
        {"$push": {"comments": comment}, "$inc": {"count": 1},
         "$setOnInsert": {"startedAt": now}, "$max": {"lastAt": now}},
        upsert=True)
# endregion
