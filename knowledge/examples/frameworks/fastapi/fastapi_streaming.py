"""Server-sent events from a generator: status before the first byte, resume by id, clean end when the client leaves."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.sse import EventSourceResponse, ServerSentEvent


@dataclass
class Feed:
    """Stands for a table of events; a real one opens a session for each call and closes it again."""

    rows: dict[int, list[str]] = field(default_factory=dict)
    ended: list[int] = field(default_factory=list)

    async def after(self, order_id: int, last: int) -> list[tuple[int, str]]:
        return list(enumerate(self.rows[order_id], start=1))[last:]


def streaming_app(feed: Feed) -> FastAPI:
    app = FastAPI()

    # region sse
    def visible_order(order_id: int) -> int:
        if order_id not in feed.rows:  # also the place for 401 and 403: a stream that has begun is a 200
            raise HTTPException(404, "No such order")
        return order_id

    @app.get("/orders/{order_id}/events", response_class=EventSourceResponse)
    async def order_events(
        order_id: Annotated[int, Depends(visible_order)],
        last_event_id: Annotated[int, Header(ge=0)] = 0,  # the browser sends it when it reconnects
    ) -> AsyncIterator[ServerSentEvent]:
        try:
            while True:
                for number, status in await feed.after(order_id, last_event_id):  # short session, closed while we wait
                    yield ServerSentEvent(event="status", id=str(number), data={"status": status})
                    last_event_id = number
                    if status == "delivered":
                        yield ServerSentEvent(event="end", data={})  # tell the client to close, or it reconnects
                        return
                await asyncio.sleep(0.1)
        finally:
            feed.ended.append(order_id)  # a client that left arrives here as CancelledError: no await on network
    # endregion

    @app.get("/late/{order_id}", response_class=EventSourceResponse)
    async def late_check(order_id: int) -> AsyncIterator[ServerSentEvent]:
        if order_id not in feed.rows:
            raise HTTPException(404, "No such order")  # too late: the body of a generator runs after the status line
        yield ServerSentEvent(data="never")

    return app
