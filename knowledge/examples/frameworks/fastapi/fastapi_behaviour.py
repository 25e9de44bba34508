"""Small apps that show what FastAPI does: threads, caching, exit order, background tasks."""

import asyncio
import time
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI

blocking = FastAPI()


# region def_or_async
@blocking.get("/stalls")
async def stalls() -> str:
    time.sleep(0.05)  # a blocking driver in async def: all other requests wait
    return "done"


@blocking.get("/thread")
def thread() -> str:
    time.sleep(0.05)  # plain def: FastAPI runs it in a worker thread
    return "done"


@blocking.get("/waits")
async def waits() -> str:
    await asyncio.sleep(0.05)  # an asynchronous driver: the loop serves others meanwhile
    return "done"
# endregion


def order_app(events: list[str], commit_fails: bool = False) -> FastAPI:
    app = FastAPI()

    # region exit_order
    async def unit_of_work():
        events.append("begin")
        try:
            yield "session"
        except BaseException:
            events.append("rollback")
            raise  # always: a swallowed error becomes a 500 without a log line
        else:
            if commit_fails:
                raise RuntimeError("commit failed")
            events.append("commit")

    @app.post("/late", status_code=201)  # the default, scope="request": exit code after the response
    async def late(session: Annotated[str, Depends(unit_of_work)]) -> str:
        return "created"

    @app.post("/early", status_code=201)  # exit code after the function, before the response
    async def early(session: Annotated[str, Depends(unit_of_work, scope="function")]) -> str:
        return "created"
    # endregion

    async def settings() -> object:
        events.append("settings")
        return object()

    async def left(value: Annotated[object, Depends(settings)]) -> object:
        return value

    async def right(value: Annotated[object, Depends(settings)]) -> object:
        return value

    async def fresh(value: Annotated[object, Depends(settings, use_cache=False)]) -> object:
        return value

    @app.get("/cached")
    async def cached(a: Annotated[object, Depends(left)], b: Annotated[object, Depends(right)], c: Annotated[object, Depends(fresh)]) -> list[bool]:
        return [a is b, a is c]

    # region background
    async def send_mail(to: str) -> None:
        events.append(f"mail to {to}")
        raise ConnectionError("mail server down")  # nobody sees this but the log; there is no retry

    @app.post("/orders", status_code=202)
    async def order(tasks: BackgroundTasks) -> str:
        tasks.add_task(send_mail, "ada@example.com")  # runs in this process, after the response
        return "accepted"
    # endregion

    return app
