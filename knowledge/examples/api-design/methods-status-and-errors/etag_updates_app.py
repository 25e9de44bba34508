"""Conditional updates: If-Match required, compared strongly, and checked again by the UPDATE itself."""

import json
import re
import sqlite3

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

SCHEMA = "CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT NOT NULL, version INTEGER NOT NULL)"


def problem(status, slug, title, **headers):
    body = {"type": f"https://api.example.com/problems/{slug}", "title": title, "status": status}
    return JSONResponse(body, status, headers or None, "application/problem+json")


def etag(version):
    return f'"v{version}"'


# region if-match
STRONG = re.compile(r'(?:^|,)\s*("[^"]*")\s*(?=,|$)')  # W/"…" never matches: If-Match compares strongly


async def raw_body(request: Request):
    return await request.body()


def register(app, db):
    @app.put("/notes/{note_id}")
    def replace(note_id: str, body: bytes = Depends(raw_body), if_match: str | None = Header(default=None)):
        row = db.execute("SELECT version FROM notes WHERE id = ?", (note_id,)).fetchone()
        if row is None:
            return problem(404, "not-found", "No such note.")
        if if_match is None:
            return problem(428, "precondition-required", "Send If-Match with the ETag you read.")
        (version,) = row
        if if_match.strip() != "*" and etag(version) not in STRONG.findall(if_match):
            return problem(412, "stale", "The note changed since you read it.", ETag=etag(version))
        changed = db.execute(  # the header check races; this condition does not
            "UPDATE notes SET body = ?, version = version + 1 WHERE id = ? AND version = ?",
            (body.decode(), note_id, version),  # stored unchanged: only then may the answer to a PUT carry an ETag
        ).rowcount
        db.commit()
        if changed == 0:
            return problem(412, "stale", "The note changed while you were saving it.")
        return Response(status_code=204, headers={"ETag": etag(version + 1)})


# endregion


def create_app(db):
    app = FastAPI()
    register(app, db)

    @app.get("/notes/{note_id}")
    def read(note_id: str):
        body, version = db.execute("SELECT body, version FROM notes WHERE id = ?", (note_id,)).fetchone()
        return JSONResponse(json.loads(body), headers={"ETag": etag(version)})

    @app.put("/unsafe/{note_id}")
    async def last_write_wins(note_id: str, request: Request):
        db.execute("UPDATE notes SET body = ? WHERE id = ?", ((await request.body()).decode(), note_id))
        return Response(status_code=204)

    return app


def open_db():
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.execute(SCHEMA)
    db.execute("INSERT INTO notes VALUES ('n1', ?, 1)", (json.dumps({"text": "first"}),))
    db.commit()
    return db
