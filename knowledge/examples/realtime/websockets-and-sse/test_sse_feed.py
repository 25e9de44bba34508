from __future__ import annotations

import asyncio

import httpx
from sse_feed import Feed, build, stream


async def take(generator, count: int) -> list[str]:
    return [await asyncio.wait_for(anext(generator), 1) for _ in range(count)]


def test_a_reconnect_gets_exactly_what_it_missed() -> None:
    async def scenario() -> None:
        feed = Feed()
        for n in range(1, 4):
            await feed.publish({"order": n})
        live = stream(feed, last=1)
        hint, two, three = await take(live, 3)
        assert hint == "retry: 3000\n\n"
        assert two == 'id: 2\nevent: order\ndata: {"order": 2}\n\n'
        assert three.startswith("id: 3\n")
        await feed.publish({"order": "line\nbreak"})
        (four,) = await take(live, 1)
        assert four.count("\n") == 4  # the newline in the data is escaped, the frame is intact
        await live.aclose()

    asyncio.run(scenario())


def test_a_position_that_is_gone_becomes_a_reset() -> None:
    async def scenario() -> None:
        feed = Feed(keep=2)
        for n in range(6):
            await feed.publish({"order": n})
        for unknown in (1, 77):
            live = stream(feed, last=unknown)
            assert (await take(live, 2))[1] == "id: 6\nevent: reset\ndata: {}\n\n"
            await live.aclose()

    asyncio.run(scenario())


def test_silence_produces_comments() -> None:
    async def scenario() -> None:
        live = stream(Feed(), last=None, keep_alive=0.01)
        assert (await take(live, 2))[1] == ": keep-alive\n\n"
        await live.aclose()

    asyncio.run(scenario())


def test_over_http() -> None:
    async def scenario() -> None:
        feed = Feed()
        await feed.publish({"order": 1})
        await feed.publish({"order": 2})
        transport = httpx.ASGITransport(build(feed))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example") as client:
            request = asyncio.create_task(client.get("/orders/events", headers={"Last-Event-ID": "1"}))
            await asyncio.sleep(0.05)
            await feed.close()
            reply = await request
            assert reply.headers["content-type"].startswith("text/event-stream")
            assert 'id: 2\nevent: order\ndata: {"order": 2}' in reply.text
            assert '"order": 1' not in reply.text
            assert (await client.get("/orders/events")).status_code == 204

    asyncio.run(scenario())
