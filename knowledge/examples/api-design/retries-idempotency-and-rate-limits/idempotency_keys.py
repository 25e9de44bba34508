"""Idempotency-Key on a POST route: the key, the order and the stored reply share one transaction.

SQLite stands in for PostgreSQL here: the statements are the same except for `BEGIN IMMEDIATE` (PostgreSQL: `BEGIN`)
and the placeholder style.
"""
import hashlib
import json
import sqlite3
import time
import uuid
from typing import Annotated, Callable

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response

SCHEMA = """
-- region schema
CREATE TABLE idempotency_keys (
  account_id   TEXT    NOT NULL,           -- who sent it: another tenant may use the same key
  key          TEXT    NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash TEXT    NOT NULL,           -- SHA-256 of method, path and raw body
  status       INTEGER,                    -- NULL until the work is done
  body         TEXT,                       -- the first reply, byte for byte; add a column for Location or ETag if you send them
  created_at   INTEGER NOT NULL,           -- Unix seconds; the purge job uses it
  PRIMARY KEY (account_id, key)            -- the constraint that decides the race
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
-- endregion
CREATE TABLE orders (id TEXT PRIMARY KEY, account_id TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL);
"""


def connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)


# region claim
class KeyReused(Exception):
    """The key was first used with another request."""


def run_once(db, account: str, key: str, request_hash: str, work: Callable) -> tuple[int, str, bool]:
    """Run `work(db)` at most once per key. Returns (status, body, replayed)."""
    db.execute("BEGIN IMMEDIATE")                    # PostgreSQL: BEGIN (read committed)
    try:
        claimed = db.execute(
            "INSERT INTO idempotency_keys (account_id, key, request_hash, created_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (account_id, key) DO NOTHING",   # a concurrent twin waits here, then loses
            (account, key, request_hash, int(time.time())),
        ).rowcount == 1
        if not claimed:
            first_hash, status, body = db.execute(
                "SELECT request_hash, status, body FROM idempotency_keys WHERE account_id = ? AND key = ?",
                (account, key),
            ).fetchone()
            db.execute("ROLLBACK")
            if first_hash != request_hash:
                raise KeyReused(key)
            return status, body, True
        status, body = work(db)                      # the business change, same transaction
        db.execute(
            "UPDATE idempotency_keys SET status = ?, body = ? WHERE account_id = ? AND key = ?",
            (status, body, account, key),
        )
        db.execute("COMMIT")
        return status, body, False
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")                   # key and order vanish together: the retry starts clean
        raise
# endregion


# region purge
def purge(db, keep_seconds: int = 24 * 3600, batch: int = 1000) -> int:
    """Delete keys older than the published retention, in small batches."""
    removed = 0
    while True:
        count = db.execute(
            "DELETE FROM idempotency_keys WHERE (account_id, key) IN ("
            " SELECT account_id, key FROM idempotency_keys WHERE created_at < ? AND status IS NOT NULL LIMIT ?)",
            (int(time.time()) - keep_seconds, batch),
        ).rowcount
        removed += count
        if count < batch:
            return removed
# endregion


def problem(status: int, title: str, **extra) -> JSONResponse:
    body = {"type": "https://api.example.com/problems/idempotency", "title": title, "status": status}
    return JSONResponse(body, status, headers=extra or None, media_type="application/problem+json")


def build_app(path: str, before_commit: Callable[[], None] = lambda: None) -> FastAPI:
    app = FastAPI()

    # region endpoint
    async def raw_body(request: Request) -> bytes:
        return await request.body()                  # hash what was sent, not what the parser made of it

    @app.post("/orders")
    def create_order(
        request: Request,
        raw: Annotated[bytes, Depends(raw_body)],
        x_account: Annotated[str, Header()],         # stands in for the authenticated tenant
        idempotency_key: Annotated[str | None, Header()] = None,
    ):
        key = (idempotency_key or "").strip().removeprefix('"').removesuffix('"')   # the draft sends it quoted
        if not 1 <= len(key) <= 255:
            return problem(400, "Idempotency-Key header is required")
        request_hash = hashlib.sha256(b"\n".join([b"POST", request.url.path.encode(), raw])).hexdigest()

        def work(db) -> tuple[int, str]:
            order = json.loads(raw)
            order_id = str(uuid.uuid4())
            db.execute("INSERT INTO orders VALUES (?, ?, ?, ?)",
                       (order_id, x_account, order["sku"], order["quantity"]))
            before_commit()
            return 201, json.dumps({"id": order_id, **order})

        db = connect(path)
        try:
            status, body, replayed = run_once(db, x_account, key, request_hash, work)
        except KeyReused:
            return problem(422, "Idempotency-Key was used with another request")
        finally:
            db.close()
        headers = {"Idempotent-Replayed": "true"} if replayed else {}
        return Response(body, status, headers=headers, media_type="application/json")
    # endregion

    return app
