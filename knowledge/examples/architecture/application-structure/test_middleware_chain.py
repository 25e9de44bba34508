from __future__ import annotations

import asyncio

import httpx
from fastapi import FastAPI
from middleware_chain import Request, Response, access_log, authenticate, compose, cors, errors, request_id, stack

PREFLIGHT = Request(
    "OPTIONS", "/notes", {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
)


def broken(_request: Request) -> Response:
    raise RuntimeError


def fine(_request: Request) -> Response:
    return Response(200)


def test_cors_inside_authentication_breaks_every_browser() -> None:
    wrong = compose(fine, authenticate, cors)
    assert wrong(PREFLIGHT).status == 401
    assert "Access-Control-Allow-Origin" not in wrong(Request(headers={"Origin": "https://app.example.com"})).headers
    right = compose(fine, cors, authenticate)
    assert right(PREFLIGHT).status == 204
    refused = right(Request(headers={"Origin": "https://app.example.com"}))
    assert refused.status == 401 and refused.headers["Access-Control-Allow-Origin"] == "https://app.example.com"


def test_log_inside_the_error_handler_never_sees_the_500() -> None:
    inside: list[str] = []
    compose(broken, errors, access_log(inside))(Request())
    assert inside == []
    outside: list[str] = []
    compose(broken, request_id, access_log(outside), errors)(Request(path="/x"))
    assert len(outside) == 1 and " /x 500 " in outside[0]


def test_the_whole_stack() -> None:
    log: list[str] = []
    parsed: list[int] = []
    app = stack(broken, log, parsed)
    assert app(Request(body=b"x" * 1000)).status == 401 and parsed == []  # strangers cost no parsing
    good = {"Authorization": "Bearer good"}
    reply = app(Request(headers=good, body=b"x"))
    assert reply.status == 500 and parsed == [1] and len(log) == 2
    assert reply.headers["X-Request-Id"] and log[1].startswith(reply.headers["X-Request-Id"])


# region fastapi
def test_fastapi_runs_the_last_added_first() -> None:
    order: list[str] = []

    def tracer(name: str):
        class Tracer:
            def __init__(self, app):
                self.app = app

            async def __call__(self, scope, receive, send):
                order.append(name)
                await self.app(scope, receive, send)

        return Tracer

    app = FastAPI()
    app.add_middleware(tracer("added first"))
    app.add_middleware(tracer("added last"))
    # endregion fastapi

    async def run() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test.example") as client:
            await client.get("/")

    asyncio.run(run())
    assert order == ["added last", "added first"]


def test_fastapi_500_leaves_outside_cors() -> None:
    """The handler for Exception runs in Starlette's outermost layer, so the page sees a network error."""
    from fastapi.middleware.cors import CORSMiddleware
    from fastapi.responses import JSONResponse

    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])

    @app.exception_handler(Exception)
    def bug(_request, _error) -> JSONResponse:
        return JSONResponse({}, 500)

    @app.get("/bug")
    def fail() -> None:
        raise RuntimeError

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test.example") as client:
            return await client.get("/bug", headers={"Origin": "https://app.example.com"})

    reply = asyncio.run(run())
    assert reply.status_code == 500 and "access-control-allow-origin" not in reply.headers
