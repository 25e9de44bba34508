import json
import sqlite3
import uuid

from fastapi import Body, Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse

SCHEMA = """
CREATE TABLE operations (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, client_key TEXT NOT NULL, input TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued', progress INTEGER NOT NULL DEFAULT 0,
  cancel_requested INTEGER NOT NULL DEFAULT 0, result_url TEXT, error TEXT,
  UNIQUE (account, client_key)
)
"""
OPEN = ("queued", "running")


def open_db():
    db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute(SCHEMA)
    return db


def problem(status, slug, title):
    body = {"type": f"https://api.example.com/problems/{slug}", "title": title, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


def caller(authorization: str = Header(default="")) -> str:
    """Stands for real authentication: the account comes from verified credentials, never from the body."""
    account = {"Bearer token-a": "a", "Bearer token-b": "b"}.get(authorization)
    if account is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return account


def create_app(db):
    app = FastAPI()

    def find(account, operation_id):
        return db.execute("SELECT * FROM operations WHERE id = ? AND account = ?", (operation_id, account)).fetchone()

    # region accepted
    def view(row):
        body = {"id": row["id"], "state": row["state"], "progress": row["progress"]}
        if row["state"] == "succeeded":
            body["result_url"] = row["result_url"]
        if row["state"] == "failed":
            body["error"] = json.loads(row["error"])  # a problem object, as a synchronous call would have returned
        return body

    @app.post("/v1/exports", status_code=202)
    def start(body: dict = Body(), idempotency_key: str | None = Header(default=None), account: str = Depends(caller)):
        if not idempotency_key:
            return problem(400, "key-missing", "Send an Idempotency-Key")
        wanted = json.dumps(body, sort_keys=True)
        db.execute(  # this row is the job: workers poll it, so 202 is only sent for work that survives a crash
            "INSERT INTO operations (id, account, client_key, input) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (account, client_key) DO NOTHING",  # per account: keys of two customers may be equal
            (f"op_{uuid.uuid4().hex}", account, idempotency_key, wanted),
        )
        query = "SELECT * FROM operations WHERE account = ? AND client_key = ?"
        row = db.execute(query, (account, idempotency_key)).fetchone()
        if row["input"] != wanted:
            return problem(422, "key-reused", "This key belongs to another request")
        headers = {"Location": f"/v1/operations/{row['id']}", "Retry-After": "2"}
        return JSONResponse(view(row), 202, headers)

    @app.get("/v1/operations/{operation_id}")
    def status(operation_id: str, account: str = Depends(caller)):
        row = find(account, operation_id)
        if row is None:
            return problem(404, "no-operation", "No such operation, or it expired")
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": "2"} if row["state"] in OPEN else {})
        return JSONResponse(view(row), 200, headers)  # 200 even for "failed": reading the status did work
    # endregion

    # region cancel
    @app.post("/v1/operations/{operation_id}/cancel")
    def cancel(operation_id: str, account: str = Depends(caller)):
        if find(account, operation_id) is None:  # another account's operation looks like none
            return problem(404, "no-operation", "No such operation")
        db.execute("UPDATE operations SET cancel_requested = 1 WHERE id = ? AND state IN ('queued', 'running')", (operation_id,))
        db.execute("UPDATE operations SET state = 'cancelled' WHERE id = ? AND state = 'queued'", (operation_id,))
        row = find(account, operation_id)
        if row["state"] in ("succeeded", "failed"):
            return problem(409, "already-finished", f"The operation has already {row['state']}")
        return JSONResponse(view(row), 202 if row["state"] == "running" else 200)
    # endregion

    return app


# region worker
def work(db, steps, run_step):
    """Claims one operation and runs it step by step; between steps it looks whether it should stop."""
    claimed = db.execute(
        "UPDATE operations SET state = 'running' WHERE rowid = "
        "(SELECT rowid FROM operations WHERE state = 'queued' ORDER BY rowid LIMIT 1) RETURNING id"
    ).fetchone()  # PostgreSQL: add FOR UPDATE SKIP LOCKED, a lease column and a sweeper for dead workers
    if claimed is None:
        return None
    (operation_id,) = claimed
    try:
        for step in range(steps):
            (stop,) = db.execute("SELECT cancel_requested FROM operations WHERE id = ?", (operation_id,)).fetchone()
            if stop:
                return finish(db, operation_id, "cancelled")
            run_step(step)
            db.execute("UPDATE operations SET progress = ? WHERE id = ?", (100 * (step + 1) // steps, operation_id))
    except Exception:  # details go to the log, the client gets a problem object
        return finish(db, operation_id, "failed", error=json.dumps({"title": "The export failed", "status": 500}))
    return finish(db, operation_id, "succeeded", result_url=f"/v1/exports/{operation_id}/file")


def finish(db, operation_id, state, result_url=None, error=None):
    db.execute(  # only a running operation can end, and only once
        "UPDATE operations SET state = ?, result_url = ?, error = ? WHERE id = ? AND state = 'running'",
        (state, result_url, error, operation_id),
    )
    return state
# endregion
