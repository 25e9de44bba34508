from __future__ import annotations

import io
import json
from dataclasses import dataclass

import pytest
from mini_framework import App

app = App()


@dataclass
class NewNote:
    title: str


@app.route("GET", "/notes/{note_id}")
def read(note_id: int) -> dict:
    return {"id": note_id}


@app.route("POST", "/notes")
def create(note: NewNote) -> dict:
    return {"title": note.title}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "result"),
    [
        ("GET", "/notes/7", None, "200", {"id": 7}),
        ("POST", "/notes", {"title": "x"}, "200", {"title": "x"}),
        ("GET", "/notes/seven", None, "422", None),
        ("POST", "/notes", {"titel": "x"}, "422", None),
        ("GET", "/nowhere", None, "404", None),
        ("DELETE", "/notes/7", None, "405", None),
    ],
)
def test_request(method, path, body, status, result) -> None:
    seen: list[str] = []
    raw = io.BytesIO(json.dumps(body).encode())
    chunks = app(
        {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": raw}, lambda line, headers: seen.append(line)
    )
    assert seen[0].startswith(status)
    if result is not None:
        assert json.loads(b"".join(chunks)) == result
