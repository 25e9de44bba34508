"""Server-sent events with ids, replay after Last-Event-ID, keep-alive comments and an end."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from fastapi import FastAPI, Header
from fastapi.responses import Response, StreamingResponse


class Feed:
    def __init__(self, keep: int = 500) -> None:
        self.events: deque[tuple[int, dict]] = deque(maxlen=keep)
        self.seq, self.closed = 0, False
        self._changed = asyncio.Condition()

    async def publish(self, data: dict) -> None:
        async with self._changed:
            self.seq += 1
            self.events.append((self.seq, data))
            self._changed.notify_all()

    async def close(self) -> None:
        async with self._changed:
            self.closed = True
            self._changed.notify_all()

    async def wait_beyond(self, seq: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.seq > seq or self.closed)


# region sse
async def stream(feed: Feed, last: int | None, keep_alive: float = 15.0):
    yield "retry: 3000\n\n"  # milliseconds until the browser reconnects
    if last is None:
        last = feed.seq
    elif not feed.seq - len(feed.events) <= last <= feed.seq:  # we no longer hold what it missed
        last = feed.seq
        yield f"id: {last}\nevent: reset\ndata: {{}}\n\n"
    while not feed.closed:
        try:
            async with asyncio.timeout(keep_alive):
                await feed.wait_beyond(last)
        except TimeoutError:
            yield ": keep-alive\n\n"  # a comment: proxies see traffic, the page sees nothing
            continue
        for seq, data in [event for event in feed.events if event[0] > last]:
            last = seq
            yield f"id: {seq}\nevent: order\ndata: {json.dumps(data)}\n\n"  # JSON text holds no raw newline


def build(feed: Feed) -> FastAPI:
    app = FastAPI()

    @app.get("/orders/events")
    async def events(last_event_id: str | None = Header(default=None)) -> Response:
        if feed.closed:
            return Response(status_code=204)  # tells EventSource to stop for good
        last = int(last_event_id) if (last_event_id or "").isdecimal() else None
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second is for nginx
        return StreamingResponse(stream(feed, last), media_type="text/event-stream", headers=headers)

    return app


# endregion
