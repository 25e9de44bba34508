"""Reference for project 4: outbox, worker and webhook sender over SQLite in one process, to prove the acceptance test."""

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

BREAK = os.environ.get("BREAK", "")
db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
db.row_factory = sqlite3.Row
lock = threading.RLock()
stop = threading.Event()
db.executescript("""
CREATE TABLE orders (id TEXT PRIMARY KEY, key TEXT UNIQUE, sku TEXT, status TEXT, attempts INTEGER DEFAULT 0);
CREATE TABLE endpoints (url TEXT PRIMARY KEY, secret TEXT);
CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT, due REAL, attempts INTEGER DEFAULT 0, sent INTEGER DEFAULT 0);
CREATE TABLE dead (order_id TEXT PRIMARY KEY);
""")


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    with lock:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def work_once() -> None:
    with transaction():
        for row in db.execute("SELECT * FROM orders WHERE status = 'accepted'").fetchall():
            if row["sku"] == "FAIL":
                db.execute("UPDATE orders SET attempts = attempts + 1 WHERE id = ?", (row["id"],))
                if row["attempts"] >= 2:
                    db.execute("UPDATE orders SET status = 'failed' WHERE id = ?", (row["id"],))
                    db.execute("INSERT INTO dead VALUES (?)", (row["id"],))
                if BREAK == "poison":
                    return  # head-of-line blocking: nothing behind the poison message is worked
                continue
            db.execute("UPDATE orders SET status = 'completed' WHERE id = ?", (row["id"],))
            body = json.dumps({"type": "order.completed", "data": {"order_id": row["id"]}})
            db.execute("INSERT INTO outbox (id, body, due) VALUES (?, ?, 0)", (f"msg_{uuid.uuid4().hex}", body))


def send_once() -> None:
    with lock:
        due = db.execute("SELECT * FROM outbox WHERE sent = 0 AND due <= ?", (time.time(),)).fetchall()
        endpoints = db.execute("SELECT * FROM endpoints").fetchall()
    for event in due:
        acknowledged = all([deliver(endpoint, event) for endpoint in endpoints])
        delay = min(60, 0.1 * 2 ** event["attempts"])
        with transaction():
            db.execute(
                "UPDATE outbox SET sent = ?, attempts = attempts + 1, due = ? WHERE id = ?",
                (int(acknowledged or event["attempts"] > 8), time.time() + delay, event["id"]),
            )


def deliver(endpoint: sqlite3.Row, event: sqlite3.Row) -> bool:
    stamp = str(int(time.time()))
    signed = f"{event['id']}.{stamp}.{event['body']}".encode()
    mac = hmac.digest(base64.b64decode(endpoint["secret"].removeprefix("whsec_")), signed, hashlib.sha256)
    headers = {
        "content-type": "application/json",
        "webhook-id": event["id"],
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    request = urllib.request.Request(endpoint["url"], event["body"].encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=2) as reply:
            return 200 <= reply.status < 300
    except (urllib.error.URLError, OSError):
        return False


def loop() -> None:
    while not stop.wait(0.05):
        work_once()
        send_once()


@asynccontextmanager
async def lifespan(_: FastAPI):  # type: ignore[no-untyped-def]
    worker = threading.Thread(target=loop, daemon=True)
    worker.start()
    yield
    stop.set()
    worker.join(3)


app = FastAPI(lifespan=lifespan)


class Order(BaseModel):
    sku: str = Field(min_length=1, max_length=50)
    quantity: int = Field(ge=1)


class Endpoint(BaseModel):
    url: str = Field(max_length=500)


@app.post("/webhook-endpoints", status_code=201)
def register(endpoint: Endpoint) -> dict:
    parts = urlsplit(endpoint.url)
    try:
        address = ipaddress.ip_address(parts.hostname or "")
    except ValueError as error:  # a real service resolves the name, checks every address and pins it for the call
        raise HTTPException(422, "This reference takes addresses only") from error
    if parts.scheme not in ("http", "https") or not (address.is_loopback or address.is_global):
        raise HTTPException(422, "Target is not allowed")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    with transaction():
        db.execute("INSERT OR REPLACE INTO endpoints VALUES (?, ?)", (endpoint.url, secret))
    return {"url": endpoint.url, "secret": secret}


@app.post("/orders")
def place(order: Order, idempotency_key: Annotated[str | None, Header()] = None) -> JSONResponse:
    if idempotency_key is None:
        raise HTTPException(400, "Send Idempotency-Key")
    if BREAK == "idempotency":
        idempotency_key += uuid.uuid4().hex
    with transaction():
        db.execute(
            "INSERT INTO orders (id, key, sku, status) VALUES (?, ?, ?, 'accepted') ON CONFLICT (key) DO NOTHING",
            (str(uuid.uuid4()), idempotency_key, order.sku),
        )
        row = db.execute("SELECT * FROM orders WHERE key = ?", (idempotency_key,)).fetchone()
    return JSONResponse({"id": row["id"], "status": row["status"]}, 202, {"Location": f"/orders/{row['id']}"})


@app.get("/orders/{order_id}")
def show(order_id: str) -> dict:
    with lock:
        row = db.execute("SELECT id, status FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        raise HTTPException(404, "No such order")
    return dict(row)


@app.get("/dead-letters")
def dead_letters() -> dict:
    with lock:
        return {"items": [dict(row) for row in db.execute("SELECT order_id FROM dead")]}
