"""One CORS policy, and the two configurations that look right and let every site in."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


# region vulnerable
def wildcard_with_credentials(app: FastAPI) -> None:
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)  # echoes any Origin


def unanchored_suffix(app: FastAPI) -> None:
    app.add_middleware(CORSMiddleware, allow_origin_regex=r".*example\.com", allow_credentials=True)


# endregion vulnerable


# region fastapi
ORIGINS = ["https://app.example.com", "https://admin.example.com"]  # exact: scheme, host, port; no trailing slash


def configure_cors(app: FastAPI) -> None:
    app.add_middleware(
        CORSMiddleware,
        allow_origins=ORIGINS,
        allow_credentials=True,  # only because the page sends a cookie
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Content-Type", "Idempotency-Key", "X-CSRF-Token"],
        expose_headers=["Location", "ETag", "Retry-After"],
        max_age=600,
    )


# endregion fastapi


def create_app(configure) -> FastAPI:
    app = FastAPI(openapi_url=None)
    configure(app)
    app.state.transfers = 0

    @app.get("/me")
    def me() -> dict:
        return {"name": "Ann"}

    @app.post("/transfer")
    def transfer() -> dict:
        app.state.transfers += 1
        return {"done": True}

    return app
