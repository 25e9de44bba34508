from __future__ import annotations

import asyncio

import httpx
import pytest
from sec_cors_app import configure_cors, create_app, unanchored_suffix, wildcard_with_credentials

COOKIE = {"Cookie": "session=1"}


def call(app, method: str, url: str, headers: dict[str, str]) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://api.example.com") as client:
            return await client.request(method, url, headers=headers)

    return asyncio.run(run())


def readable_by(app, origin: str) -> bool:
    """What a browser decides before a page on `origin` may read a response to a request with cookies."""
    reply = call(app, "GET", "/me", {"Origin": origin, **COOKIE}).headers
    return (
        reply.get("access-control-allow-origin") == origin and reply.get("access-control-allow-credentials") == "true"
    )


@pytest.mark.parametrize(
    ("configure", "origin"),
    [
        (wildcard_with_credentials, "https://evil.example"),
        (unanchored_suffix, "https://evilexample.com"),
    ],
)
def test_attack_works(configure, origin: str) -> None:
    assert readable_by(create_app(configure), origin)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://evilexample.com", "http://app.example.com", "https://app.example.com:8443", "null"]
)
def test_attack_fails(origin: str) -> None:
    assert not readable_by(create_app(configure_cors), origin)


def test_listed_origin_may_read_and_vary_protects_caches() -> None:
    app = create_app(configure_cors)
    assert readable_by(app, "https://app.example.com")
    reply = call(app, "GET", "/me", {"Origin": "https://app.example.com"})
    assert "Origin" in reply.headers["vary"]


def test_preflight() -> None:
    app = create_app(configure_cors)
    ask = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "content-type"}
    assert call(app, "OPTIONS", "/me", {"Origin": "https://app.example.com", **ask}).status_code == 200
    refused = call(app, "OPTIONS", "/me", {"Origin": "https://evil.example", **ask})
    assert "access-control-allow-origin" not in refused.headers


def test_cors_stops_nobody_from_sending() -> None:
    app = create_app(configure_cors)
    reply = call(app, "POST", "/transfer", {"Origin": "https://evil.example", "Content-Type": "text/plain", **COOKIE})
    assert reply.status_code == 200 and app.state.transfers == 1  # executed; only reading the reply is refused
