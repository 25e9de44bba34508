"""The rosetta notes service in Python: one resource, validation, problem+json, health, orderly shutdown (FastAPI, Pydantic 2)."""

# region service
from typing import Annotated
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.exceptions import HTTPException as StarletteHTTPException


class NoteIn(BaseModel):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    body: str = Field(default="", max_length=10_000)


app, notes = FastAPI(), {}


def problem(status: int, title: str, **extra: object) -> JSONResponse:
    return JSONResponse({"title": title, "status": status, **extra}, status, media_type="application/problem+json")


@app.exception_handler(RequestValidationError)
async def invalid(_: Request, exc: RequestValidationError) -> JSONResponse:
    if any(e["type"] == "json_invalid" for e in exc.errors()):
        return problem(400, "Body is not JSON")
    errors = [{"pointer": "".join(f"/{part}" for part in e["loc"][1:]), "detail": e["msg"]} for e in exc.errors()]
    return problem(422, "Validation failed", errors=errors)


@app.exception_handler(StarletteHTTPException)
async def refused(_: Request, exc: StarletteHTTPException) -> JSONResponse:
    return problem(exc.status_code, str(exc.detail))


# endregion


# region routes
@app.post("/notes", status_code=201)
async def create(note: NoteIn) -> JSONResponse:
    note_id = str(uuid4())
    notes[note_id] = {"id": note_id, **note.model_dump()}
    return JSONResponse(notes[note_id], 201, headers={"Location": f"/notes/{note_id}"})


@app.get("/notes/{note_id}")
async def fetch(note_id: str) -> dict[str, str]:
    if note_id not in notes:
        raise HTTPException(404, "No such note")
    return notes[note_id]


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


# endregion

if __name__ == "__main__":
    import os

    import uvicorn

    # On SIGTERM uvicorn stops accepting, lets requests in flight end and gives up after ten seconds.
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", timeout_graceful_shutdown=10)
