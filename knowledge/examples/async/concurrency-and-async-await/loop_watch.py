"""How late does the loop wake a sleeping task? The lateness is what every request suffers."""
import asyncio
import time
from collections.abc import Callable


# region watch
async def watch(report: Callable[[float], None], every: float = 0.05) -> None:
    while True:
        due = time.perf_counter() + every
        await asyncio.sleep(every)
        report(time.perf_counter() - due)          # export p99 and maximum; alert over 50 ms


def parse_report(data: bytes) -> int:
    """Stands for any blocking call: a driver without async, a big parse, a password hash."""
    time.sleep(0.15)
    return len(data)


async def blocking_handler(data: bytes) -> int:
    return parse_report(data)                      # WRONG: the whole process stands still for 150 ms


async def offloaded_handler(data: bytes, slots: asyncio.Semaphore) -> int:
    async with slots:                              # the pool is small; do not queue without end behind it
        return await asyncio.to_thread(parse_report, data)
# endregion
