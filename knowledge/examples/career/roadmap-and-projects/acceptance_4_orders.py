"""Acceptance test of project 4, the order pipeline. BASE_URL=http://127.0.0.1:8000 pytest acceptance_4_orders.py

Contract
  POST /webhook-endpoints {"url"} -> 201 with "secret": "whsec_" + base64; private and link-local targets -> 422.
       For this test the service runs with loopback allowed as a webhook target; production refuses it too.
  POST /orders            {"sku", "quantity"} and Idempotency-Key -> 202 with Location; work happens in a worker
  GET  /orders/{id}       {"id", "status": accepted | completed | failed}
  GET  /dead-letters      {"items": [{"order_id"}]}; the SKU FAIL is a poison message
  Events order.completed are signed as Standard Webhooks demand and retried until they are acknowledged with 2xx.
"""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

pytestmark = pytest.mark.skipif("BASE_URL" not in os.environ, reason="set BASE_URL to the service under test")
PATIENCE = float(os.environ.get("PATIENCE", "15"))


@pytest.fixture
def api() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=os.environ["BASE_URL"], timeout=5, trust_env=False) as client:
        yield client


class Receiver:
    """A consumer that fails the first delivery of every event, as real consumers do."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                seen = [h["webhook-id"] for h, _ in receiver.deliveries]
                receiver.deliveries.append((headers, body))
                self.send_response(204 if headers["webhook-id"] in seen else 500)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self, order_id: str) -> list[tuple[dict[str, str], bytes]]:
        return [d for d in list(self.deliveries) if order_id in d[1].decode()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


def eventually(check: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.05)


def place(api: httpx.Client, sku: str = "LAMP", key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": f'"{key or uuid.uuid4()}"'}
    reply = api.post("/orders", json={"sku": sku, "quantity": 1}, headers=headers)
    assert reply.status_code == 202, reply.text
    return reply


def status(api: httpx.Client, placed: httpx.Response) -> str:
    return str(api.get(placed.headers["location"]).json()["status"])


# region pipeline
def test_a_retried_order_is_worked_once_and_its_webhook_is_signed_and_retried(api: httpx.Client, receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.server.server_port}/hook"
    secret = api.post("/webhook-endpoints", json={"url": url}).json()["secret"]
    key = str(uuid.uuid4())
    first, second = place(api, key=key), place(api, key=key)
    order_id = first.json()["id"]
    assert second.json()["id"] == order_id
    eventually(lambda: status(api, first) == "completed")
    eventually(lambda: len(receiver.about(order_id)) >= 2)
    time.sleep(0.5)  # a third delivery would be an unacknowledged success
    deliveries = receiver.about(order_id)
    assert len({headers["webhook-id"] for headers, _ in deliveries}) == 1
    assert len(deliveries) == 2
    for headers, body in deliveries:
        stamp = headers["webhook-timestamp"]
        assert abs(time.time() - int(stamp)) < 300
        signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
        mac = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
        assert f"v1,{base64.b64encode(mac).decode()}" in headers["webhook-signature"].split()
        assert json.loads(body)["type"] == "order.completed"


def test_a_poison_message_is_set_aside_and_does_not_stop_the_queue(api: httpx.Client) -> None:
    poison, healthy = place(api, sku="FAIL"), place(api)
    eventually(lambda: status(api, healthy) == "completed")
    eventually(lambda: status(api, poison) == "failed")
    dead = [letter["order_id"] for letter in api.get("/dead-letters").json()["items"]]
    assert dead.count(poison.json()["id"]) == 1


# endregion


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "file:///etc/passwd"])
def test_webhooks_cannot_reach_the_inside(api: httpx.Client, url: str) -> None:
    assert api.post("/webhook-endpoints", json={"url": url}).status_code == 422


def test_an_order_without_a_key_is_refused(api: httpx.Client) -> None:
    assert api.post("/orders", json={"sku": "LAMP", "quantity": 1}).status_code == 400
