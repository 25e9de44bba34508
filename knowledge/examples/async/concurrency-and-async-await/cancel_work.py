"""A deadline that really ends the work, and the two ways to break it."""
import asyncio
from collections.abc import Awaitable, Callable


# region deadline
async def handle(budget: float, load: Callable[[], Awaitable[str]], release: Callable[[], Awaitable[None]]) -> str:
    """One deadline for the whole request; clean-up gets its own small one and runs in any case."""
    try:
        async with asyncio.timeout(budget):
            return await load()
    except TimeoutError:
        return "504"                               # cancellation by the caller is not caught here: it passes through
    finally:
        cleanup = asyncio.ensure_future(release())
        try:
            await asyncio.shield(asyncio.wait_for(cleanup, 1.0))   # a second cancel must not interrupt the release
        except TimeoutError:
            pass                                   # log it; the lease or lock expires by itself
# endregion


# region swallowed
async def stubborn(poll: Callable[[], Awaitable[None]], rounds: int) -> int:
    """WRONG: BaseException includes CancelledError, so a timeout around this has no effect."""
    done = 0
    for _ in range(rounds):
        try:
            await poll()
        except BaseException:
            pass
        done += 1
    return done
# endregion
