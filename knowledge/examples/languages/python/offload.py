"""Blocking code inside async code: what it does to the loop, and the ways out."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def blocking_call(seconds: float) -> str:
    time.sleep(seconds)  # stands for requests.get, a synchronous driver, boto3, open().read()
    return "done"


async def stalls(seconds: float) -> str:
    return blocking_call(seconds)  # async def without an await: every other request waits


# region offload
async def simple(seconds: float) -> str:
    return await asyncio.to_thread(blocking_call, seconds)  # copies contextvars; the default pool


class Blocking:
    """A pool of its own, as large as the resource behind it: ten connections, ten threads."""

    def __init__(self, threads: int = 10) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="blocking")

    async def run(self, call: Callable[..., T], *args: object, timeout: float = 5.0) -> T:
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._pool, copy_context().run, call, *args)  # keeps the request id
        async with asyncio.timeout(timeout):  # the caller stops waiting; the thread itself runs on
            return await job

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
# endregion


# region monitor
async def watch_loop(report: Callable[[float], None], every: float = 0.5, limit: float = 0.1) -> None:
    """Run as a task for the life of the process: reports how late the loop woke us."""
    while True:
        due = time.perf_counter() + every
        await asyncio.sleep(every)
        if (late := time.perf_counter() - due) > limit:
            report(late)
# endregion
