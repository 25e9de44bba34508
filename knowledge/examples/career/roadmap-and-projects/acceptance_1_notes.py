"""Acceptance test of project 1, the notes REST API. Run it against your own service, in any language:

    BASE_URL=http://127.0.0.1:8000 pytest acceptance_1_notes.py

Contract
  POST   /notes             {"title": 1..100 characters, "body"?: text}; Idempotency-Key required -> 201, Location, ETag
  GET    /notes/{id}        200 with ETag; If-None-Match -> 304
  PUT    /notes/{id}        replaces; If-Match required (428), stale -> 412
  DELETE /notes/{id}        204; afterwards 404
  GET    /notes?limit&cursor {"items": [...], "next_cursor": text or null}, newest first, limit 1..100
  GET    /health/ready      200
  Every error is application/problem+json with a status member. Wrong media type -> 415.
"""

import os
import uuid
from collections.abc import Iterator

import httpx
import pytest

pytestmark = pytest.mark.skipif("BASE_URL" not in os.environ, reason="set BASE_URL to the service under test")


@pytest.fixture
def api() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=os.environ["BASE_URL"], timeout=5, trust_env=False) as client:
        yield client


def create(api: httpx.Client, key: str | None = None, **note: object) -> httpx.Response:
    headers = {"Idempotency-Key": f'"{key or uuid.uuid4()}"'}
    return api.post("/notes", json={"title": "t", **note}, headers=headers)


def problem(reply: httpx.Response, status: int) -> dict:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"].startswith("application/problem+json")
    body: dict = reply.json()
    assert body["status"] == status
    return body


def test_ready(api: httpx.Client) -> None:
    assert api.get("/health/ready").status_code == 200


def test_created_note_is_found_at_its_location(api: httpx.Client) -> None:
    made = create(api, title="Grüße", body="line")
    assert made.status_code == 201
    found = api.get(made.headers["location"])
    assert found.status_code == 200
    assert found.json() == made.json()
    assert found.headers["etag"] == made.headers["etag"]


def test_unchanged_note_is_not_sent_again(api: httpx.Client) -> None:
    made = create(api)
    again = api.get(made.headers["location"], headers={"If-None-Match": made.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


# region lost_update
def test_two_editors_cannot_overwrite_each_other(api: httpx.Client) -> None:
    made = create(api, title="first")
    url, etag = made.headers["location"], made.headers["etag"]
    problem(api.put(url, json={"title": "blind"}), 428)
    saved = api.put(url, json={"title": "second"}, headers={"If-Match": etag})
    assert saved.status_code in (200, 204)
    problem(api.put(url, json={"title": "third"}, headers={"If-Match": etag}), 412)
    assert api.get(url).json()["title"] == "second"


def test_retry_creates_one_note(api: httpx.Client) -> None:
    key = str(uuid.uuid4())
    first, second = create(api, key, title="once"), create(api, key, title="once")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    problem(create(api, key, title="other content"), 422)
    problem(api.post("/notes", json={"title": "no key"}), 400)


def test_pages_neither_repeat_nor_skip_while_notes_arrive(api: httpx.Client) -> None:
    wanted = {create(api).json()["id"] for _ in range(7)}
    seen: list[str] = []
    cursor = None
    while True:
        page = api.get("/notes", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [note["id"] for note in page["items"]]
        create(api, title="arrives while paging")
        cursor = page["next_cursor"]
        if cursor is None or wanted <= set(seen):
            break
    assert wanted <= set(seen)
    assert len(seen) == len(set(seen))


# endregion


def test_deleted_note_is_gone(api: httpx.Client) -> None:
    url = create(api).headers["location"]
    assert api.delete(url).status_code == 204
    problem(api.get(url), 404)
    assert api.delete(url).status_code in (204, 404)


@pytest.mark.parametrize("title", ["", "x" * 101, 7, None])
def test_invalid_title_is_named(api: httpx.Client, title: object) -> None:
    assert "title" in str(problem(create(api, title=title), 422))


def test_bad_requests_are_told_apart(api: httpx.Client) -> None:
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    problem(api.post("/notes", content=b"{", headers=key | {"content-type": "application/json"}), 400)
    problem(api.post("/notes", content=b"title=x", headers=key | {"content-type": "text/plain"}), 415)
    assert api.get("/notes", params={"limit": 1000}).status_code in (400, 422)
    assert api.get("/notes", params={"cursor": "not-a-cursor"}).status_code in (400, 422)
    refused = api.request("PATCH", "/notes")
    assert refused.status_code == 405 and "POST" in refused.headers["allow"]
