import socket
import threading
import time

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from fastapi_streaming import Feed, streaming_app


def test_events_carry_ids_and_the_stream_ends_with_a_named_event() -> None:
    feed = Feed({7: ["paid", "delivered"]})
    reply = TestClient(streaming_app(feed)).get("/orders/7/events")
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-cache" and reply.headers["x-accel-buffering"] == "no"
    assert 'event: status\ndata: {"status": "paid"}\nid: 1\n\n' in reply.text
    assert "event: end" in reply.text and feed.ended == [7]


def test_a_reconnect_gets_only_what_it_missed() -> None:
    reply = TestClient(streaming_app(Feed({7: ["paid", "delivered"]}))).get("/orders/7/events", headers={"Last-Event-ID": "1"})
    assert "paid" not in reply.text and "delivered" in reply.text


def test_a_check_in_a_dependency_is_a_404_and_in_the_generator_too_late() -> None:
    client = TestClient(streaming_app(Feed()), raise_server_exceptions=False)
    assert client.get("/orders/8/events").status_code == 404
    late = client.get("/late/8")
    assert (late.status_code, late.text) == (200, "")  # the client sees an empty, successful stream


@pytest.fixture
def server():
    feed = Feed({7: ["paid"]})
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(streaming_app(feed), log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield feed, f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


def test_a_client_that_leaves_ends_the_generator(server) -> None:
    feed, base = server
    with httpx.stream("GET", f"{base}/orders/7/events", timeout=5) as reply:
        lines = reply.iter_lines()
        assert next(lines) == "event: status" and feed.ended == []
    for _ in range(50):
        if feed.ended:
            break
        time.sleep(0.1)
    assert feed.ended == [7]
