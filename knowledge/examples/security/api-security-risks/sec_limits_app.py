"""Limits that hold for one request, before it costs anything."""

from __future__ import annotations

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


# region body
class BodyLimit:
    """ASGI middleware: counts what arrives. Content-Length is checked first, but chunked bodies have none."""

    def __init__(self, app, max_bytes: int):
        self.app, self.max_bytes = app, max_bytes

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length[:12]) > self.max_bytes:
            return await self.refuse(scope, receive, send)
        received, started = 0, False

        async def counted():
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise TooLarge
            return message

        async def tracked(message):
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, tracked)
        except TooLarge:
            if started:
                raise  # the answer is on its way; the server closes the connection
            await self.refuse(scope, receive, send)

    # endregion body
    async def refuse(self, scope, receive, send):
        problem = {"title": "Content Too Large", "status": 413}
        response = JSONResponse(problem, 413, {"Connection": "close"}, media_type="application/problem+json")
        await response(scope, receive, send)


class TooLarge(Exception):
    pass


# region json
def parse_json(body: bytes, max_depth: int = 20) -> object:
    """Valid JSON can still be an attack: nesting, duplicate names, numbers outside the interoperable range."""
    depth = 0
    in_string = escaped = False
    for byte in body:  # one pass, before a recursive parser sees it
        if in_string:
            in_string, escaped = (byte != 0x22 or escaped), (byte == 0x5C and not escaped)
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > max_depth:
                raise ValueError("nested too deeply")
        elif byte in b"]}":
            depth -= 1
    text = body.decode()  # json.loads(bytes) would also take UTF-16, whose brackets the loop reads differently
    return json.loads(text, object_pairs_hook=unique, parse_constant=reject)


def unique(pairs: list[tuple[str, object]]) -> dict:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate name")  # two parsers would read two different requests
    return result


def reject(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


# endregion json


def create_app(max_bytes: int | None = 1_000) -> Starlette:
    async def echo(request: Request) -> JSONResponse:
        body = await request.body()
        return JSONResponse({"size": len(body)})

    app = Starlette(routes=[Route("/echo", echo, methods=["POST"])])
    if max_bytes is not None:
        app.add_middleware(BodyLimit, max_bytes=max_bytes)
    return app

