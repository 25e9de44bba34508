"""Admission control as ASGI middleware: a fixed number of requests in the house, the rest hears 503 at once."""

from __future__ import annotations

import random

# region shedding
SHARES = {"critical": 1.0, "default": 0.8, "sheddable": 0.5}  # how full the house may be for each class


class Admission:
    def __init__(self, app, limit: int, classify) -> None:
        self._app, self._limit, self._classify = app, limit, classify
        self.in_flight, self.shed = 0, 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or scope["path"] in {"/livez", "/readyz"}:  # never shed the probes
            await self._app(scope, receive, send)
            return
        share = SHARES[self._classify(scope)]
        if self.in_flight >= self._limit * share:
            self.shed += 1
            await refuse(send)  # before authentication, parsing and the database: it must cost nothing
            return
        self.in_flight += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.in_flight -= 1


async def refuse(send) -> None:
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"retry-after", str(random.randint(1, 5)).encode()),  # noqa: S311 - spread the return
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"title":"Overloaded","status":503}'})


# endregion
