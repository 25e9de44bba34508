"""A scripted server that speaks OpenAI's chat protocol on loopback, faults included; standard library only.

    with StubServer([Reply("hello"), Reply(tool_calls=(("search_guides", {"query": "x"}),))]) as stub:
        ...  # point base_url at stub.base_url; look at stub.requests afterwards

A script is a list of replies, used in order, or a function from the request body to a reply.
It serves /v1/chat/completions (plain and streamed), /v1/models, and 404 for the rest.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]  # bodies are whatever JSON a client sends
Script = Sequence["Reply"] | Callable[[Json], "Reply"]


@dataclass(frozen=True)
class Reply:
    """What one request gets."""

    text: str = "ok"
    tool_calls: tuple[tuple[str, Json | str], ...] = ()  # a string is sent as it is, to play malformed arguments
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Json | None = None  # the error object, when status >= 400
    piece: int = 12  # characters per streamed piece
    first_delay: float = 0.0  # seconds before the first byte
    gap: float = 0.0  # seconds between pieces
    cut_after: int | None = None  # drop the connection after this many pieces
    stall_after: int | None = None  # go silent after this many pieces, until the client leaves
    usage: Json | None = None
    usage_everywhere: bool = False  # repeat the usage on every chunk, as some servers do
    finish: str | None = None  # None: what fits; "": a stream without a finish reason
    events: tuple[str, ...] | None = None  # send exactly these as data lines of the stream
    raw: bytes | None = None  # send exactly this body


class StubServer:
    """Runs in a thread from `with` to its end and keeps what it was asked."""

    def __init__(
        self,
        script: Script = (),
        *,
        takes_stream_options: bool = True,
        takes_tools: bool = True,
        models: Sequence[str] | None = ("stub",),
    ) -> None:
        self.requests: list[Json] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.disconnects = 0
        self.port = 0
        self._script = script
        self._takes_stream_options = takes_stream_options
        self._takes_tools = takes_tools
        self._models = models
        self._used = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def wait_for_disconnect(self, seconds: float = 5.0) -> bool:
        """Return whether a client left in the middle of a reply, waiting for it up to `seconds`."""
        until = time.monotonic() + seconds
        while not self.disconnects and time.monotonic() < until:
            time.sleep(0.01)
        return self.disconnects > 0

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the stub server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _serve(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(asyncio.start_server(self._client, "127.0.0.1", 0, backlog=512))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        loop.run_forever()
        server.close()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    def _next(self, body: Json) -> Reply:
        if callable(self._script):
            return self._script(body)
        at, self._used = self._used, self._used + 1
        if at < len(self._script):
            return self._script[at]
        error = {"message": "the script ran out", "type": "stub"}
        return Reply(status=500, error=error, headers={"x-should-retry": "false"})

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *rest = head.decode("latin1").split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {k.lower(): v.strip() for k, v in (x.split(":", 1) for x in rest if ":" in x)}
                raw = await reader.readexactly(int(headers.get("content-length", 0)))
                self.paths.append(f"{method} {path}")
                self.headers.append(headers)
                await self._route(reader, writer, path, raw)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _route(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, raw: bytes) -> None:
        if path.endswith("/models") and self._models is not None:
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "stub"} for name in self._models]
            return await _send_json(writer, 200, {"object": "list", "data": data})
        if path.endswith("/chat/completions"):
            body = json.loads(raw)
            self.requests.append(body)
            refusal = self._refusal(body)
            return await (
                _send_error(writer, 400, refusal) if refusal else self._chat(reader, writer, body, self._next(body))
            )
        return await _send_error(writer, 404, f"no route {path}")

    def _refusal(self, body: Json) -> str | None:
        if "stream_options" in body and not self._takes_stream_options:
            return "unknown field stream_options"
        if "tools" in body and not self._takes_tools:
            return f"{body.get('model')} does not support tools"
        return None

    async def _chat(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: Json, reply: Reply) -> None:
        if reply.first_delay:
            await asyncio.sleep(reply.first_delay)
        if reply.raw is not None:
            return await _send(writer, reply.status, reply.raw, reply.headers)
        if reply.status >= 300:
            error = reply.error or {"message": "stub error", "type": "stub"}
            return await _send_json(writer, reply.status, {"error": error}, reply.headers)
        if body.get("stream"):
            return await self._stream(reader, writer, body, reply)
        calls = self._calls(reply)
        message: Json = {"role": "assistant", "content": None if calls else reply.text}
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
        done = {**_base(body), "object": "chat.completion", "choices": [choice], "usage": _usage(body, reply)}
        return await _send_json(writer, 200, done, reply.headers)

    def _calls(self, reply: Reply) -> list[Json]:
        return [
            {
                "id": f"call_{len(self.requests)}_{n}",
                "type": "function",
                "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
            }
            for n, (name, args) in enumerate(reply.tool_calls)
        ]

    async def _stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: Json, reply: Reply
    ) -> None:
        extra = "".join(f"{k}: {v}\r\n" for k, v in reply.headers.items())
        opening = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
        writer.write(f"{opening}{extra}\r\n".encode())
        stream = _Stream(writer, {**_base(body), "object": "chat.completion.chunk"})
        if reply.usage_everywhere:
            stream.usage = _usage(body, reply)
        if reply.events is not None:
            for event in reply.events:
                stream.event(event)
            return await stream.end()
        stream.delta({"role": "assistant", "content": ""})
        await self._send_text(reader, writer, stream, reply)
        for n, call in enumerate(self._calls(reply)):
            stream.call(n, call, reply.piece)
        if _finish(reply):
            stream.delta({}, _finish(reply))
        if (body.get("stream_options") or {}).get("include_usage"):
            stream.chunk([], _usage(body, reply))
        stream.event("[DONE]")
        await stream.end()
        return None

    async def _send_text(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: _Stream, reply: Reply
    ) -> None:
        text = "" if reply.tool_calls and reply.text == "ok" else reply.text
        for sent, at in enumerate(range(0, len(text), reply.piece), 1):
            stream.delta({"content": text[at : at + reply.piece]})
            if reply.gap:
                await asyncio.sleep(reply.gap)
            if reply.cut_after == sent:
                await writer.drain()
                writer.transport.abort()
                raise ConnectionError("cut by the script")
            if reply.stall_after == sent:
                await reader.read()  # returns when the client leaves
            if writer.transport.is_closing() or reader.at_eof():
                self.disconnects += 1
                raise ConnectionError("the client left")


class _Stream:
    """Writes the data lines of one streamed reply."""

    def __init__(self, writer: asyncio.StreamWriter, base: Json) -> None:
        self.usage: Json | None = None
        self._writer = writer
        self._base = base

    def event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self._writer.write(b"%x\r\n" % len(line) + line + b"\r\n")

    def chunk(self, choices: list[Json], usage: Json | None) -> None:
        self.event(json.dumps({**self._base, "choices": choices, **({"usage": usage} if usage else {})}))

    def delta(self, part: Json, reason: str | None = None) -> None:
        self.chunk([{"index": 0, "delta": part, "finish_reason": reason}], self.usage)

    def call(self, n: int, call: Json, piece: int) -> None:
        name, args = call["function"]["name"], call["function"]["arguments"]
        opening = {"index": n, "id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
        self.delta({"tool_calls": [opening]})
        for at in range(0, len(args), piece):
            self.delta({"tool_calls": [{"index": n, "function": {"arguments": args[at : at + piece]}}]})

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()


def _base(body: Json) -> Json:
    return {"id": "chatcmpl-stub", "created": int(time.time()), "model": body.get("model")}


def _finish(reply: Reply) -> str:
    if reply.finish is not None:
        return reply.finish
    return "tool_calls" if reply.tool_calls else "stop"


def _usage(body: Json, reply: Reply) -> Json:
    if reply.usage is not None:
        return reply.usage
    prompt = sum(len(str(m.get("content") or "")) for m in body.get("messages", [])) // 4 + 1
    answer = max(1, len(reply.text) // 4)
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


async def _send(writer: asyncio.StreamWriter, status: int, data: bytes, headers: Mapping[str, str]) -> None:
    sent = {"content-type": "application/json", **headers, "content-length": str(len(data))}
    lines = "".join(f"{k}: {v}\r\n" for k, v in sent.items())
    writer.write(f"HTTP/1.1 {status} -\r\n{lines}\r\n".encode() + data)
    await writer.drain()


async def _send_json(
    writer: asyncio.StreamWriter, status: int, body: Json, headers: Mapping[str, str] | None = None
) -> None:
    await _send(writer, status, json.dumps(body).encode(), headers or {})


async def _send_error(writer: asyncio.StreamWriter, status: int, message: str) -> None:
    await _send_json(writer, status, {"error": {"message": message, "type": "invalid_request_error"}})
