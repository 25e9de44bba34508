"""Fire and forget that is neither forgotten nor unlimited."""
import asyncio
import logging
from collections.abc import Coroutine


# region background
class Background:
    """For work that may be lost: cache warming, a metric. What must happen goes into a queue."""

    def __init__(self, at_most: int = 100) -> None:
        self._tasks: set[asyncio.Task] = set()       # the loop itself keeps only weak references
        self._at_most = at_most

    def start(self, work: Coroutine, name: str) -> bool:
        if len(self._tasks) >= self._at_most:
            work.close()
            return False                             # refuse; an unbounded set is a memory leak under load
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logging.getLogger(__name__).error("background %s failed", task.get_name(), exc_info=error)

    async def drain(self, seconds: float) -> int:
        """On shutdown: wait, then cancel what is left. Returns how many were cut off."""
        if not self._tasks:
            return 0
        _, left = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return len(left)
# endregion
