from __future__ import annotations

import asyncio

import httpx
import pytest
from sec_limits_app import create_app, parse_json


def post(app, chunks: list[bytes], headers: dict[str, str] | None = None) -> tuple[httpx.Response, int]:
    sent = 0

    async def body():
        nonlocal sent
        for chunk in chunks:
            sent += len(chunk)
            yield chunk

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test.example") as client:
            return await client.post("/echo", content=body(), headers=headers)

    return asyncio.run(run()), sent


def test_without_a_limit_everything_is_read() -> None:
    reply, sent = post(create_app(None), [b"x" * 1000] * 50)
    assert reply.status_code == 200 and sent == 50_000


def test_chunked_body_is_stopped_early() -> None:
    reply, sent = post(create_app(1_000), [b"x" * 400] * 50)
    assert reply.status_code == 413 and sent <= 1_600


@pytest.mark.parametrize("length", ["1001", "9" * 5000, "-1", "1e3"])
def test_declared_length(length: str) -> None:
    assert post(create_app(1_000), [b"x"], {"Content-Length": length})[0].status_code == 413


def test_small_body_passes() -> None:
    assert post(create_app(1_000), [b"x" * 400, b"x" * 600])[0].json() == {"size": 1000}


def test_json_limits() -> None:
    assert parse_json(b'{"a": [1, {"b": "[[[[[\\"{{{"}]}', max_depth=3) == {"a": [1, {"b": '[[[[["{{{'}]}
    for bad in (b"[" * 100_000, b'{"role": "user", "role": "admin"}', b"[NaN]", b"[Infinity]"):
        with pytest.raises(ValueError):
            parse_json(bad)
    with pytest.raises(ValueError):
        parse_json('"\u2200"'.encode("utf-16-le"))
    with pytest.raises(ValueError):
        parse_json(b"[[[[1]]]]", max_depth=3)
