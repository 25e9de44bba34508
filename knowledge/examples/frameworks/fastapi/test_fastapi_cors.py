from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from fastapi_cors import Mark, allow_frontend
from starlette.middleware.cors import CORSMiddleware

SHOP = {"Origin": "https://shop.example"}
EVIL = {"Origin": "https://evil.example", "Cookie": "session=x"}


def app_with_routes() -> FastAPI:
    app = FastAPI()

    @app.get("/ok")
    async def ok() -> str:
        return "ok"

    @app.get("/denied")
    async def denied() -> None:
        raise HTTPException(401)

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError

    return app


def test_the_middleware_added_last_runs_first() -> None:
    seen: list[str] = []
    app = app_with_routes()
    app.add_middleware(Mark, name="added first", seen=seen)
    app.add_middleware(Mark, name="added last", seen=seen)
    TestClient(app).get("/ok")
    assert seen == ["added last", "added first"]


def test_wildcard_with_credentials_admits_every_origin() -> None:
    loose = app_with_routes()
    loose.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    headers = TestClient(loose).get("/ok", headers=EVIL).headers
    assert headers["access-control-allow-origin"] == "https://evil.example"
    assert headers["access-control-allow-credentials"] == "true"

    strict = app_with_routes()
    allow_frontend(strict)
    client = TestClient(strict)
    assert "access-control-allow-origin" not in client.get("/ok", headers=EVIL).headers
    assert client.get("/ok", headers=SHOP).headers["access-control-allow-origin"] == "https://shop.example"


def test_errors_keep_the_headers_except_an_unhandled_one() -> None:
    app = app_with_routes()
    allow_frontend(app)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/denied", headers=SHOP).headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-origin" not in client.get("/crash", headers=SHOP).headers
