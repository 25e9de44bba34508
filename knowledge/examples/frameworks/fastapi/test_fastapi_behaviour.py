import asyncio
import time
from typing import Annotated

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.testclient import TestClient
from fastapi_behaviour import blocking, order_app


async def five(path: str) -> float:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(blocking), base_url="http://x.example") as client:
        await client.get("/waits")
        begun = time.perf_counter()
        await asyncio.gather(*(client.get(path) for _ in range(5)))
        return time.perf_counter() - begun


def test_blocking_in_async_def_serialises_requests() -> None:
    assert asyncio.run(five("/stalls")) >= 0.25
    assert any(asyncio.run(five("/thread")) < 0.2 for _ in range(3))  # a busy machine gets three tries
    assert any(asyncio.run(five("/waits")) < 0.2 for _ in range(3))


def sent_when(events: list[str], path: str) -> list[str]:
    """Drive the app by hand and note when the status line leaves."""
    app = order_app(events)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            events.append(f"sent {message['status']}")

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": b"", "headers": [], "client": ("c", 1), "server": ("s", 80)}
    asyncio.run(app(scope, receive, send))
    return events


def test_the_default_scope_commits_after_the_client_was_told() -> None:
    assert sent_when([], "/late") == ["begin", "sent 201", "commit"]
    assert sent_when([], "/early") == ["begin", "commit", "sent 201"]


def test_a_failed_commit_is_a_201_with_the_default_and_a_500_with_function_scope() -> None:
    client = TestClient(order_app([], commit_fails=True), raise_server_exceptions=False)
    assert client.post("/late").status_code == 201
    assert client.post("/early").status_code == 500


def test_a_dependency_runs_once_per_request() -> None:
    events: list[str] = []
    client = TestClient(order_app(events))
    assert client.get("/cached").json() == [True, False]
    assert events == ["settings", "settings"]  # one shared, one with use_cache=False
    client.get("/cached")
    assert len(events) == 4  # the cache does not outlive the request


def test_a_background_failure_is_invisible_to_the_client() -> None:
    events: list[str] = []
    client = TestClient(order_app(events), raise_server_exceptions=False)
    assert client.post("/orders").status_code == 202
    assert events == ["mail to ada@example.com"]  # tried once
    with pytest.raises(ConnectionError):
        TestClient(order_app([])).post("/orders")


def test_a_request_scoped_dependency_stays_open_until_the_background_task_is_done() -> None:
    def closed_when(scope: str) -> list[str]:
        events: list[str] = []

        async def connection():
            yield "connection"
            events.append("closed")

        app = FastAPI()

        @app.get("/")
        async def work(tasks: BackgroundTasks, held: Annotated[str, Depends(connection, scope=scope)]) -> None:
            tasks.add_task(events.append, "task")

        TestClient(app).get("/")
        return events

    assert closed_when("request") == ["task", "closed"]
    assert closed_when("function") == ["closed", "task"]
