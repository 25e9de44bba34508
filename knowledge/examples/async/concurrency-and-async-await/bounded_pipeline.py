"""Back-pressure: a bounded queue makes the fast side wait, or refuse."""
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

# region pipeline
DONE = object()


async def pipeline(source: AsyncIterator[bytes], store: Callable[[bytes], Awaitable[None]], *, workers: int = 4,
                   buffered: int = 100) -> None:
    """At most `buffered` + `workers` items are in memory, however fast the source is."""
    queue: asyncio.Queue = asyncio.Queue(maxsize=buffered)

    async def produce() -> None:
        async for item in source:
            await queue.put(item)                  # waits while the queue is full: this is the back-pressure
        for _ in range(workers):
            await queue.put(DONE)

    async def consume() -> None:
        while (item := await queue.get()) is not DONE:
            await store(item)

    async with asyncio.TaskGroup() as group:       # a failing consumer stops the producer too: no deadlock
        group.create_task(produce())
        for _ in range(workers):
            group.create_task(consume())


def accept(queue: asyncio.Queue, item: bytes) -> int:
    """At the edge you cannot make the world wait: refuse with 503 instead of buffering."""
    try:
        queue.put_nowait(item)
    except asyncio.QueueFull:
        return 503
    return 202
# endregion
