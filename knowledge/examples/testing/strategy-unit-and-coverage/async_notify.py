"""Fan-out with a limit and a timeout: small enough to test without a network or a sleep."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable


async def notify_all(
    send: Callable[[str], Awaitable[None]], users: Iterable[str], *, limit: int = 10, timeout: float = 2.0
) -> dict[str, str]:
    """Return what failed; one slow or broken receiver does not stop the others."""
    gate = asyncio.Semaphore(limit)

    async def one(user: str) -> tuple[str, str]:
        async with gate:
            try:
                async with asyncio.timeout(timeout):
                    await send(user)
            except (TimeoutError, ConnectionError) as error:
                return user, type(error).__name__
        return user, ""

    results = await asyncio.gather(*map(one, users))
    return {user: error for user, error in results if error}
