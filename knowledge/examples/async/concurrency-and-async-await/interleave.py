"""Tools for tests that decide themselves who runs when: a gate and a clock, no sleeps."""
import asyncio
from collections.abc import Awaitable, Callable


# region gate
class Gate:
    """Put it where the race is. It stops the first who arrives; `reached` tells the test; later ones pass."""

    def __init__(self) -> None:
        self.reached, self._open, self._used = asyncio.Event(), asyncio.Event(), False

    async def __call__(self) -> None:
        if self._used:
            return
        self._used = True
        self.reached.set()
        await self._open.wait()

    def open(self) -> None:
        self._open.set()


async def overlap(action: Callable[[Gate], Awaitable[bool]]) -> list[bool]:
    """Runs `action` twice so that the second starts when the first has read and not yet written. Every time."""
    gate = Gate()
    async with asyncio.timeout(1):                           # a deadlock is a failure, not a hanging build
        first = asyncio.create_task(action(gate))
        await gate.reached.wait()
        second = asyncio.create_task(action(gate))
        await settle()
        gate.open()
        return list(await asyncio.gather(first, second))


async def settle(turns: int = 20) -> None:
    for _ in range(turns):                                   # lets ready tasks run to their next wait; takes no time
        await asyncio.sleep(0)
# endregion


# region clock
class Clock:
    """Pass `clock.sleep` and `clock.time` to the code under test; a backoff of minutes is tested in no time."""

    def __init__(self) -> None:
        self.now, self._waiting = 0.0, []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((self.now + seconds, done))
        await done

    async def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while due := [w for w in self._waiting if w[0] <= until and not w[1].done()]:
            self.now, wake = min(due, key=lambda w: w[0])    # in the order of time, one at a time
            wake.set_result(None)
            await settle()
        self.now = until
# endregion
