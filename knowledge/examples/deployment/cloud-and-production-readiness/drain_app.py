"""An ASGI service with honest probes. uvicorn handles SIGTERM; preStop (or the platform) gives the balancer time."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


# region probes
class Readiness:
    """Asks the dependencies at most every few seconds and never waits longer than the probe does."""

    def __init__(self, checks: dict[str, Callable[[], Awaitable[None]]], timeout: float = 0.5, ttl: float = 2.0) -> None:
        self.checks, self.timeout, self.ttl = checks, timeout, ttl
        self.started = self.stopping = False
        self._until, self._failed = 0.0, ["not checked yet"]
        self._lock = asyncio.Lock()  # many probes at once cause one check

    async def failed(self) -> list[str]:
        if self.stopping or not self.started:
            return ["stopping" if self.stopping else "starting"]
        async with self._lock:
            if time.monotonic() >= self._until:
                results = await asyncio.gather(*map(self._fails, self.checks.values()))
                self._failed = [name for name, bad in zip(self.checks, results, strict=True) if bad]
                self._until = time.monotonic() + self.ttl
        return self._failed

    async def _fails(self, check: Callable[[], Awaitable[None]]) -> bool:
        try:
            await asyncio.wait_for(check(), self.timeout)
        except Exception:
            return True
        return False


async def livez(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")  # the process answers: nothing else is asked here


async def readyz(request: Request) -> JSONResponse:
    failed = await request.app.state.readiness.failed()
    return JSONResponse({"failed": failed}, status_code=503 if failed else 200)
# endregion probes


async def slow(request: Request) -> PlainTextResponse:
    await asyncio.sleep(float(request.query_params.get("s", "0.4")))
    return PlainTextResponse("done")


def create_app(checks: dict[str, Callable[[], Awaitable[None]]], **options: float) -> Starlette:
    readiness = Readiness(checks, **options)

    # region lifespan
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        # open pools, warm caches; a failure here ends the process before it gets traffic
        readiness.started = True
        yield  # uvicorn: SIGTERM, stop listening, finish requests in flight, then come back here
        readiness.stopping = True
        print("pools closed", flush=True)  # after the last request, never before
    # endregion lifespan

    app = Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/slow", slow)], lifespan=lifespan)
    app.state.readiness = readiness
    return app


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(create_app({}), host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning",
                timeout_graceful_shutdown=float(os.environ.get("GRACE", "20")))  # fmt: skip
