"""HTTP in and out: binding, status codes, problem+json. No rules."""

from __future__ import annotations

import logging
from typing import Annotated

import notes_domain as domain
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from notes_service import NoteService
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

log = logging.getLogger("notes")


# region mapper
STATUS: dict[type[domain.DomainError], tuple[int, str]] = {
    domain.NotFound: (404, "Note not found"),
    domain.TitleTaken: (409, "You already have a note with this title"),
    domain.NoteArchived: (409, "The note is archived"),
    domain.InvalidTitle: (422, "The title must have 1 to 100 characters"),
}


def problem(status: int, title: str, code: str = "about:blank", **more: object) -> JSONResponse:
    kind = code if code == "about:blank" else f"https://api.example.com/problems/{code}"
    body = {"type": kind, "title": title, "status": status, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def map_errors(app: FastAPI) -> None:
    @app.exception_handler(domain.DomainError)
    def refused(_request: Request, error: domain.DomainError) -> JSONResponse:
        status, title = STATUS[type(error)]
        return problem(status, title, error.code)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        fields = [{"field": ".".join(map(str, e["loc"])), "code": e["type"]} for e in error.errors()]
        return problem(422, "Invalid request", "invalid-request", errors=fields)

    @app.exception_handler(StarletteHTTPException)  # 404 and 405 of the router, 401 of the dependency
    def http(_request: Request, error: StarletteHTTPException) -> JSONResponse:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)  # a bug: everything to the log, nothing to the client
    def bug(request: Request, error: Exception) -> JSONResponse:
        log.error("unhandled error in %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "Internal error")


# endregion mapper


class NoteIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(max_length=10_000)]  # shape and size here, the rule in the domain


class NoteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: str
    title: str


def user(authorization: Annotated[str | None, Header()] = None) -> str:
    if not authorization or not authorization.startswith("Bearer user-"):  # stands for the real check
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return authorization.removeprefix("Bearer ")


User = Annotated[str, Depends(user)]


# region handlers
def create_app(service: NoteService) -> FastAPI:
    app = FastAPI(openapi_url=None)
    map_errors(app)

    @app.post("/notes", status_code=201)
    def create(body: NoteIn, owner: User) -> NoteOut:
        return NoteOut.model_validate(service.create(owner, body.title))

    @app.patch("/notes/{note_id}")
    def rename(note_id: str, body: NoteIn, owner: User) -> NoteOut:
        return NoteOut.model_validate(service.rename(owner, note_id, body.title))

    return app


# endregion handlers
