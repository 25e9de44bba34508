"""Concurrent calls with a bound, a deadline for each call and for all, and clean cancellation."""

import asyncio
from collections.abc import Awaitable, Callable

Fetch = Callable[[str], Awaitable[dict]]


# region fan_out
async def fetch_all(keys: list[str], fetch: Fetch, *, at_once: int = 20, each: float = 2.0, total: float = 5.0) -> dict[str, dict]:
    """All or nothing: the first failure cancels the rest, and nothing runs on after this returns."""
    slots = asyncio.Semaphore(at_once)
    results: dict[str, dict] = {}

    async def one(key: str) -> None:
        async with slots:  # waiting for a slot is not counted against the call
            async with asyncio.timeout(each):
                results[key] = await fetch(key)

    async with asyncio.timeout(total):
        async with asyncio.TaskGroup() as group:
            for key in keys:
                group.create_task(one(key), name=f"fetch {key}")
    return results
# endregion


# region partial
async def fetch_what_works(keys: list[str], fetch: Fetch, *, at_once: int = 20, each: float = 2.0) -> tuple[dict[str, dict], dict[str, Exception]]:
    """Partial results: catch inside the task, so that one failure does not cancel its siblings."""
    slots = asyncio.Semaphore(at_once)
    results: dict[str, dict] = {}
    failures: dict[str, Exception] = {}

    async def one(key: str) -> None:
        try:
            async with slots, asyncio.timeout(each):
                results[key] = await fetch(key)
        except (OSError, TimeoutError) as error:  # never `except BaseException`: that eats cancellation
            failures[key] = error

    async with asyncio.TaskGroup() as group:
        for key in keys:
            group.create_task(one(key))
    return results, failures
# endregion


async def swallow_cancellation(started: asyncio.Event) -> str:
    """The bug: cancellation is caught and ignored, so the deadline of the caller has no effect."""
    started.set()
    try:
        await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        pass
    await asyncio.sleep(0.05)
    return "ran on"
