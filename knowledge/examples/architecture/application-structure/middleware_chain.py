"""Order of cross-cutting steps, shown as the plain onion that every framework builds."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Request:
    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    user: str | None = None
    id: str = ""


@dataclass
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


Handler = Callable[[Request], Response]
Middleware = Callable[[Handler], Handler]


# region onion
def compose(handler: Handler, *middleware: Middleware) -> Handler:
    """The first one named is the outermost: it sees the request first and the response last."""
    for wrap in reversed(middleware):
        handler = wrap(handler)
    return handler


def request_id(next_: Handler) -> Handler:
    def run(request: Request) -> Response:
        request.id = uuid.uuid4().hex
        response = next_(request)
        response.headers["X-Request-Id"] = request.id
        return response

    return run


def access_log(lines: list[str]) -> Middleware:
    def wrap(next_: Handler) -> Handler:
        def run(request: Request) -> Response:
            start = time.perf_counter()
            response = next_(request)
            millis = (time.perf_counter() - start) * 1000
            lines.append(f"{request.id} {request.method} {request.path} {response.status} {millis:.0f}ms")
            return response

        return run

    return wrap


def errors(next_: Handler) -> Handler:
    def run(request: Request) -> Response:
        try:
            return next_(request)
        except Exception:  # noqa: BLE001 - the last line of defence; the real one logs the trace
            return Response(500, {"Content-Type": "application/problem+json"})

    return run


# endregion onion


def cors(next_: Handler) -> Handler:
    def run(request: Request) -> Response:
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = Response(204) if preflight else next_(request)
        if request.headers.get("Origin") == "https://app.example.com":
            response.headers["Access-Control-Allow-Origin"] = "https://app.example.com"
        response.headers["Vary"] = "Origin"
        return response

    return run


def authenticate(next_: Handler) -> Handler:
    def run(request: Request) -> Response:
        request.user = {"Bearer good": "ann"}.get(request.headers.get("Authorization", ""))
        return next_(request) if request.user else Response(401, {"WWW-Authenticate": "Bearer"})

    return run


def parse(counter: list[int]) -> Middleware:
    def wrap(next_: Handler) -> Handler:
        def run(request: Request) -> Response:
            counter.append(len(request.body))
            return next_(request)

        return run

    return wrap


# region stack
def stack(handler: Handler, log: list[str], parsed: list[int]) -> Handler:
    return compose(
        handler,
        request_id,  # 1 every later line can name the request
        access_log(log),  # 2 outside the error handler, so that it sees the 500
        errors,  # 3 outside everything that can fail
        cors,  # 4 before authentication; also decorates 401 and 429
        authenticate,  # 5 before anything expensive
        parse(parsed),  # 6 only for callers we know
    )


# endregion stack
