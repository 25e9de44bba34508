"""Reference for project 5: one process, in memory, to prove the acceptance test. The project itself uses Redis."""

import asyncio
import contextlib
import json
import os
import secrets
import time
import uuid
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, WebSocket, WebSocketDisconnect

BREAK = os.environ.get("BREAK", "")
LIMIT = 64 * 1024
USERS = {"Bearer user-a": "a", "Bearer user-b": "b"}
ORIGINS = {None, "https://chat.example"}  # no Origin: not a browser
app = FastAPI()
tickets: dict[str, tuple[str, float]] = {}
rooms: dict[str, "Room"] = {}


class Room:
    def __init__(self) -> None:
        self.log: list[dict] = []
        self.seen: set[tuple[str, str]] = set()
        self.queues: set[asyncio.Queue[dict]] = set()

    def post(self, user: str, client_id: str, text: str) -> None:
        if (user, client_id) in self.seen and BREAK != "duplicates":
            return
        self.seen.add((user, client_id))
        message = {"seq": len(self.log) + 1, "from": user, "text": text}
        self.log.append(message)
        for queue in self.queues:
            queue.put_nowait(message)


@app.post("/rooms", status_code=201)
async def create_room() -> dict:
    room_id = str(uuid.uuid4())
    rooms[room_id] = Room()
    return {"id": room_id}


@app.post("/tickets", status_code=201)
async def ticket(authorization: Annotated[str, Header()] = "") -> dict:
    if authorization not in USERS:
        raise HTTPException(401, "Sign in", {"WWW-Authenticate": "Bearer"})
    value = secrets.token_urlsafe(24)
    tickets[value] = (USERS[authorization], time.monotonic() + 30)
    return {"ticket": value}


@app.websocket("/rooms/{room_id}")
async def join(socket: WebSocket, room_id: str, ticket: str = "", after: int = 0) -> None:
    user, expires = (tickets.get if BREAK == "ticket" else tickets.pop)(ticket, ("", 0.0))
    room = rooms.get(room_id)
    if room is None or time.monotonic() > expires or socket.headers.get("origin") not in ORIGINS:
        await socket.close(1008)  # before accept: the client sees 403
        return
    await socket.accept()
    queue: asyncio.Queue[dict] = asyncio.Queue(1000)
    room.queues.add(queue)  # no await between the snapshot and the subscription: nothing is lost or doubled
    for message in room.log[0 if BREAK == "resume" else after :]:
        queue.put_nowait(message)

    async def send() -> None:
        while True:
            await socket.send_text(json.dumps(await queue.get()))

    sender = asyncio.create_task(send())
    try:
        while True:
            text = await socket.receive_text()
            if len(text.encode()) > LIMIT:
                await socket.close(1009)
                return
            message = json.loads(text)
            room.post(user, str(message["client_id"]), str(message["text"]))
    except (WebSocketDisconnect, ValueError, KeyError):
        pass
    finally:
        room.queues.discard(queue)
        sender.cancel()
        with contextlib.suppress(asyncio.CancelledError, RuntimeError):
            await sender
