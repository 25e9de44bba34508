"""Reference for project 1: it exists to prove that the acceptance test can pass, and with BREAK set that it can fail."""

import base64
import binascii
import hashlib
import json
import os
import uuid
from typing import Annotated

from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

BREAK = os.environ.get("BREAK", "")


class NoteIn(BaseModel):
    title: str = Field(min_length=1, max_length=100)
    body: str = ""


app = FastAPI()
notes: dict[str, dict] = {}  # insertion order is creation order
first_replies: dict[str, tuple[str, dict]] = {}


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError) -> JSONResponse:
    errors = exc.errors()
    media_type = request.headers.get("content-type", "application/json").split(";")[0]
    if request.method in ("POST", "PUT") and media_type != "application/json":
        return problem(415, "Send application/json")
    if any(e["type"] == "json_invalid" for e in errors) or any(e["loc"][0] == "header" for e in errors):
        return problem(400, "Malformed request: body is not JSON or a header is missing")
    return problem(422, "Validation failed", errors=[{"pointer": f"/{e['loc'][-1]}", "detail": e["msg"]} for e in errors])


@app.exception_handler(HTTPException)
async def refused(_: Request, exc: HTTPException) -> JSONResponse:
    return problem(exc.status_code, str(exc.detail), headers=exc.headers)


def problem(status: int, title: str, headers: object = None, **extra: object) -> JSONResponse:
    body = {"title": title, "status": status, **extra}
    return JSONResponse(body, status, headers, media_type="application/problem+json")  # type: ignore[arg-type]


def etag(note: dict) -> str:
    return f'"{hashlib.sha256(json.dumps(note, sort_keys=True).encode()).hexdigest()[:16]}"'


def found(note_id: str) -> dict:
    if note_id not in notes:
        raise HTTPException(404, "No such note")
    return notes[note_id]


@app.get("/health/ready")
async def ready() -> dict:
    return {"status": "ready"}


@app.post("/notes")
async def create(note: NoteIn, idempotency_key: Annotated[str, Header()]) -> JSONResponse:
    content = note.model_dump_json()
    stored = None if BREAK == "idempotency" else first_replies.get(idempotency_key)
    if stored and stored[0] != content:
        raise HTTPException(422, "Idempotency-Key was used with other content")
    saved = stored[1] if stored else {"id": str(uuid.uuid4()), **note.model_dump()}
    if not stored:
        notes[saved["id"]] = saved
        first_replies[idempotency_key] = (content, saved)
    return JSONResponse(saved, 201, {"Location": f"/notes/{saved['id']}", "ETag": etag(saved)})


@app.get("/notes/{note_id}")
async def fetch(note_id: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    note = found(note_id)
    headers = {"ETag": etag(note)}
    return Response(status_code=304, headers=headers) if if_none_match == etag(note) else JSONResponse(note, headers=headers)


@app.put("/notes/{note_id}")
async def replace(note_id: str, note: NoteIn, if_match: Annotated[str | None, Header()] = None) -> JSONResponse:
    current = found(note_id)
    if if_match is None:
        raise HTTPException(428, "Send If-Match")
    if if_match != etag(current) and BREAK != "lost-update":
        raise HTTPException(412, "The note has changed")
    notes[note_id] = {"id": note_id, **note.model_dump()}
    return JSONResponse(notes[note_id], headers={"ETag": etag(notes[note_id])})


@app.delete("/notes/{note_id}", status_code=204)
async def remove(note_id: str) -> None:
    found(note_id)
    del notes[note_id]


@app.get("/notes")
async def listing(limit: Annotated[int, Query(ge=1, le=100)] = 20, cursor: str | None = None) -> dict:
    ids = list(reversed(notes))
    if BREAK == "offset":
        start = int(cursor or 0)
        chunk = ids[start : start + limit]
        return {"items": [notes[i] for i in chunk], "next_cursor": str(start + limit) if start + limit < len(ids) else None}
    if cursor is not None:
        try:
            last = base64.urlsafe_b64decode(cursor).decode()
            ids = ids[ids.index(last) + 1 :]
        except (binascii.Error, ValueError) as error:
            raise HTTPException(400, "Unknown cursor") from error
    chunk = ids[:limit]
    more = len(ids) > limit
    return {"items": [notes[i] for i in chunk], "next_cursor": base64.urlsafe_b64encode(chunk[-1].encode()).decode() if more else None}
