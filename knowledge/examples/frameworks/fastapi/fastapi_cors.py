"""Middleware order and CORS."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware


class Mark:
    def __init__(self, app, name: str, seen: list[str]) -> None:
        self.app, self.name, self.seen = app, name, seen

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            self.seen.append(self.name)
        await self.app(scope, receive, send)


# region cors
def allow_frontend(app: FastAPI) -> None:
    app.add_middleware(  # added last: outermost, so that a 401 from inside carries the headers too
        CORSMiddleware,
        allow_origins=["https://shop.example"],  # exact origins; with cookies never "*"
        allow_credentials=True,
        allow_methods=["GET", "POST", "PATCH"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=["Location", "X-Request-Id"],
        max_age=600,
    )
# endregion
