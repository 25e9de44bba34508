"""A room server: origin check, one-time tickets, resume after a sequence number, bounded send queues."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from contextlib import suppress
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

# region origin
ALLOWED_ORIGINS = frozenset({"https://app.example.com"})


def check_origin(connection, request):
    """Runs before the 101. A browser always sends Origin here and page scripts cannot change it."""
    origins = request.headers.get_all("Origin")
    if len(origins) != 1 or origins[0] not in ALLOWED_ORIGINS:  # whole strings, no endswith, no regex
        return connection.respond(HTTPStatus.FORBIDDEN, "origin not allowed\n")
    return None


# endregion


# region tickets
class Tickets:
    """Proof of login for one socket. In production: Redis SET with EX 30, and GETDEL to redeem."""

    def __init__(self, seconds: float = 30.0, clock=time.monotonic) -> None:
        self._open: dict[str, tuple[str, float]] = {}
        self._seconds, self._clock = seconds, clock

    def issue(self, user: str) -> str:  # POST /ws-tickets, with the ordinary authentication of the API
        ticket = secrets.token_urlsafe(32)
        self._open[ticket] = (user, self._clock() + self._seconds)
        return ticket

    def redeem(self, ticket: object) -> str | None:
        user, deadline = self._open.pop(ticket, (None, 0.0))  # pop: the second use finds nothing
        return user if self._clock() < deadline else None


async def authenticate(socket: ServerConnection, tickets: Tickets) -> tuple[str, dict] | None:
    try:
        async with asyncio.timeout(5):  # an anonymous socket may wait this long and no longer
            hello = json.loads(await socket.recv())
        user = tickets.redeem(hello["ticket"])
    except (TimeoutError, ValueError, KeyError, TypeError, ConnectionClosed):
        user = None
    if user is None:
        await socket.close(4401, "ticket missing, used or expired")
        return None
    return user, hello


# endregion


# region backpressure
class Member:
    """One connection. The publisher never waits for it, and it never holds more than `limit` messages."""

    def __init__(self, socket: ServerConnection, limit: int = 256) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[str] = asyncio.Queue(limit)
        self._cut = False

    def offer(self, message: dict) -> None:
        if self._cut:
            return
        try:
            self._queue.put_nowait(json.dumps(message))
        except asyncio.QueueFull:  # no close(): its frame would wait behind the backlog nobody reads
            self._cut = True
            self._socket.transport.abort()  # the client sees 1006, reconnects and resumes by number

    async def pump(self) -> None:
        while True:  # send() waits while the write buffer is above its high-water mark
            await self._socket.send(await self._queue.get())


# endregion


# region resume
class Room:
    def __init__(self, keep: int = 200) -> None:  # fewer than a send queue holds: a replay must fit
        self.epoch = secrets.token_hex(4)  # numbers of another life of this room mean nothing
        self.seq = 0
        self._log: deque[dict] = deque(maxlen=keep)
        self.members: set[Member] = set()

    def publish(self, body: object) -> None:
        self.seq += 1
        event = {"type": "event", "seq": self.seq, "body": body}
        self._log.append(event)
        for member in self.members:
            member.offer(event)

    def join(self, member: Member, epoch: object, after: object) -> None:
        """Replay and subscribe without an await between them, so that nothing falls into the gap."""
        forgotten = self.seq - len(self._log)
        known = epoch == self.epoch and type(after) is int and forgotten <= after <= self.seq
        member.offer({"type": "welcome" if known else "reset", "epoch": self.epoch, "seq": self.seq})
        if known:  # otherwise: the client reloads the state over HTTP, which carries its own seq
            for event in self._log:
                if event["seq"] > after:
                    member.offer(event)
        self.members.add(member)


# endregion


async def run(room: Room, tickets: Tickets, *, origin=check_origin, limit: int = 256, **options):
    async def handler(socket: ServerConnection) -> None:
        login = await authenticate(socket, tickets)
        if login is None:
            return
        user, hello = login
        member = Member(socket, limit)
        room.join(member, hello.get("epoch"), hello.get("after"))
        pump = asyncio.create_task(member.pump())
        try:
            async for text in socket:
                room.publish({"from": user, "text": str(json.loads(text)["text"])[:2000]})
        except ConnectionClosed:
            pass
        finally:
            room.members.discard(member)
            pump.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await pump

    return await serve(handler, "127.0.0.1", 0, process_request=origin, max_size=64 * 1024, **options)
