from __future__ import annotations

import asyncio
import base64
import json
import os

import pytest
from live_room import Room, Tickets, run
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

GOOD = "https://app.example.com"
EVIL = "https://app.example.com.evil.example"


def url(server) -> str:
    return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def join(server, tickets, origin=GOOD, **hello):
    socket = await connect(url(server), origin=origin, proxy=None)
    await socket.send(json.dumps({"ticket": tickets.issue("ada"), **hello}))
    return socket, json.loads(await socket.recv())


async def receive(socket) -> dict:
    async with asyncio.timeout(2):
        return json.loads(await socket.recv())


def test_a_foreign_page_rides_on_the_cookie_unless_the_origin_is_checked() -> None:
    async def scenario() -> None:
        async def vulnerable(socket) -> None:  # the cookie alone decides
            if "session=ada" in socket.request.headers.get("Cookie", ""):
                await socket.send("private data of ada")

        async with serve(vulnerable, "127.0.0.1", 0) as server:
            cookie = {"Cookie": "session=ada"}  # the browser adds it for any page
            async with connect(url(server), origin=EVIL, additional_headers=cookie, proxy=None) as socket:
                assert await socket.recv() == "private data of ada"

        server = await run(Room(), Tickets())
        for origin in (EVIL, "http://app.example.com", "null", None):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url(server), origin=origin, proxy=None)
            assert refused.value.response.status_code == 403
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())


def test_a_ticket_works_once_and_not_for_long() -> None:
    now = 0.0
    tickets = Tickets(seconds=30, clock=lambda: now)
    ticket = tickets.issue("ada")
    assert tickets.redeem(ticket) == "ada"
    assert tickets.redeem(ticket) is None
    late = tickets.issue("ada")
    now = 31.0
    assert tickets.redeem(late) is None

    async def scenario() -> None:
        server = await run(Room(), tickets)
        async with connect(url(server), origin=GOOD, proxy=None) as socket:
            await socket.send(json.dumps({"ticket": ticket}))
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 4401
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())


def test_a_client_resumes_after_its_last_number_and_is_told_when_it_cannot() -> None:
    async def scenario() -> None:
        room, tickets = Room(keep=3), Tickets()
        server = await run(room, tickets)
        first, hello = await join(server, tickets)
        assert hello == {"type": "reset", "epoch": room.epoch, "seq": 0}  # nothing known yet: load the state
        room.publish("one")
        assert (await receive(first))["seq"] == 1
        await first.close()
        room.publish("two")
        room.publish("three")

        again, hello = await join(server, tickets, epoch=room.epoch, after=1)
        assert hello["type"] == "welcome"
        assert [(await receive(again))["body"] for _ in range(2)] == ["two", "three"]

        for n in range(5):
            room.publish(n)  # 8 events, 3 kept: number 1 is forgotten
        for lost in ({"after": 1}, {"after": 99}, {"after": 8, "epoch": "of another life"}):
            late, hello = await join(server, tickets, **{"epoch": room.epoch, **lost})
            assert hello["type"] == "reset"
            await late.close()
        await again.close()
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())


def test_a_slow_reader_is_cut_off_and_the_fast_one_misses_nothing() -> None:
    async def scenario() -> None:
        room, tickets = Room(keep=1), Tickets()
        server = await run(room, tickets, limit=8, compression=None, close_timeout=0.1)
        slow, _ = await join(server, tickets)
        slow.transport.pause_reading()  # a phone in a tunnel
        fast, _ = await join(server, tickets)
        sent = 0
        while len(room.members) == 2 and sent < 400:
            room.publish("x" * 200_000)
            sent += 1
            assert (await receive(fast))["seq"] == sent  # the room never waits for the slow one
        assert len(room.members) == 1
        assert sent < 400
        slow.transport.abort()
        await fast.close()
        server.close()
        await server.wait_closed()

    asyncio.run(scenario())


# region heartbeat
async def handshake_and_silence(server):
    """A peer whose power is off: it completed the handshake and will never answer a ping."""
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readline()
    return writer


def test_only_a_ping_with_a_deadline_notices_a_dead_peer() -> None:
    async def noticed(ping_interval: float | None) -> bool:
        gone = asyncio.Event()

        async def handler(socket) -> None:
            async for _ in socket:
                pass

        async def watched(socket) -> None:
            try:
                await handler(socket)
            except ConnectionClosed:
                gone.set()

        options = {"ping_interval": ping_interval, "ping_timeout": 0.05, "close_timeout": 0.05}
        async with serve(watched, "127.0.0.1", 0, **options) as server:
            peer = await handshake_and_silence(server)
            try:
                await asyncio.wait_for(gone.wait(), 0.5)
            except TimeoutError:
                return False
            finally:
                peer.transport.abort()
        return True

    assert asyncio.run(noticed(ping_interval=0.05))
    assert not asyncio.run(noticed(ping_interval=None))


# endregion
