"""Conditional GET: the validator comes from the row version, so that a 304 costs no rendering."""

from __future__ import annotations

import re

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse, Response

# region etag
OPAQUE = re.compile(r'(?:W/)?("[^"]*")')
FORMAT = 3  # raise it when the representation changes without the row changing


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison, as If-None-Match wants it: W/"a" and "a" are equal. A list or * may come."""
    if if_none_match is None:
        return False
    mine = OPAQUE.fullmatch(etag).group(1)
    return if_none_match.strip() == "*" or mine in OPAQUE.findall(if_none_match)


def register(app: FastAPI, notes: dict[str, dict], render) -> None:
    @app.get("/notes/{note_id}")
    def read(
        note_id: str, if_none_match: str | None = Header(default=None), accept_language: str = Header(default="en")
    ) -> Response:
        note = notes.get(note_id)  # after authentication and permission, so that a 304 reveals nothing
        if note is None:
            return Response(status_code=404)
        locale = "de" if accept_language.startswith("de") else "en"
        etag = f'W/"{FORMAT}-{locale}-{note["version"]}"'  # what Vary names is in the tag as well
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
        if not_modified(if_none_match, etag):
            return Response(status_code=304, headers=headers)  # same headers, no body, no rendering
        return JSONResponse(render(note, locale), headers=headers)


# endregion
