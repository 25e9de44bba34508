"""Bounded fan-out with a timeout for each call; the first failure cancels the rest."""
import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


# region bounded
async def map_bounded(items: Iterable[T], work: Callable[[T], Awaitable[R]], *, at_once: int = 20,
                      each: float = 2.0) -> list[R]:
    """Results in input order. `at_once` workers share one iterator: 1,000 items do not make 1,000 tasks."""
    numbered = enumerate(items)
    results: dict[int, R] = {}

    async def worker() -> None:
        for index, item in numbered:               # no await between two next() calls: no item is taken twice
            async with asyncio.timeout(each):
                results[index] = await work(item)

    async with asyncio.TaskGroup() as group:       # one failure cancels the others, then raises an ExceptionGroup
        for _ in range(at_once):
            group.create_task(worker())
    return [results[index] for index in sorted(results)]
# endregion
