from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import contextmanager

import httpx
import notes_domain
import pytest
from notes_domain import DomainError, InvalidTitle, Note, NoteArchived, NotFound
from notes_http import STATUS, create_app
from notes_main import build
from notes_service import NoteService
from notes_storage import transactions


def call(app, method: str, url: str, json: object = None, user: str | None = "user-ann") -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test.example") as client:
            headers = {"Authorization": f"Bearer {user}"} if user else {}
            return await client.request(method, url, json=json, headers=headers)

    return asyncio.run(run())


@pytest.fixture
def database(tmp_path) -> str:
    return str(tmp_path / "notes.db")


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory):
    return build(str(tmp_path_factory.mktemp("db") / "notes.db"))


def test_end_to_end(database: str) -> None:
    app = build(database)
    created = call(app, "POST", "/notes", {"title": " Milk "})
    assert created.status_code == 201 and created.json()["title"] == "Milk"
    url = f"/notes/{created.json()['id']}"
    assert call(app, "PATCH", url, {"title": "Tea"}).json()["title"] == "Tea"
    assert call(app, "PATCH", url, {"title": "Tea"}, user="user-eve").status_code == 404


# region every-error
def subclasses(cls: type) -> set[type]:
    return {cls}.union(*(subclasses(sub) for sub in cls.__subclasses__()))


def test_every_domain_error_has_a_status() -> None:
    assert subclasses(DomainError) - {DomainError} == set(STATUS)  # a new error fails here, not in production


# endregion every-error


@pytest.mark.parametrize(
    ("method", "url", "body", "user", "status"),
    [
        ("PATCH", "/notes/none", {"title": "x"}, "user-ann", 404),
        ("POST", "/notes", {"title": "  "}, "user-ann", 422),
        ("POST", "/notes", {"title": 1}, "user-ann", 422),
        ("POST", "/notes", {"title": "x", "owner": "user-eve"}, "user-ann", 422),
        ("POST", "/notes", {"title": "x"}, None, 401),
        ("GET", "/nowhere", None, "user-ann", 404),
        ("DELETE", "/notes", None, "user-ann", 405),
    ],
)
def test_every_refusal_is_a_problem(shared_app, method, url, body, user, status) -> None:
    reply = call(shared_app, method, url, body, user)
    assert reply.status_code == status and reply.json()["status"] == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.headers.get("www-authenticate") == "Bearer") is (status == 401)


def test_a_bug_reaches_the_log_and_not_the_client(caplog) -> None:
    class Broken:
        def create(self, owner: str, title: str) -> Note:
            raise RuntimeError("password=hunter2")

    with caplog.at_level(logging.ERROR, logger="notes"):
        reply = call(create_app(Broken()), "POST", "/notes", {"title": "x"})
    assert reply.status_code == 500 and "hunter2" not in reply.text
    assert "hunter2" in caplog.text


def test_two_writers_with_the_same_title_meet_the_constraint(database) -> None:
    app = build(database)
    assert call(app, "POST", "/notes", {"title": "Milk"}).status_code == 201
    second = call(app, "POST", "/notes", {"title": "Milk"})
    assert second.status_code == 409 and second.json()["type"].endswith("/title-taken")
    assert call(app, "POST", "/notes", {"title": "Milk"}, user="user-eve").status_code == 201


def test_database_refuses_what_went_around_the_code(database) -> None:
    build(database)
    db = sqlite3.connect(database)
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO note (id, owner, title) VALUES ('1', 'ann', '')")
    db.close()


# region unit
def test_service_without_web_or_database() -> None:
    stored = {"n1": Note("n1", "ann", "Milk", archived=True)}

    class Fake:
        def find(self, note_id: str, owner: str) -> Note | None:
            note = stored.get(note_id)
            return note if note and note.owner == owner else None

    @contextmanager
    def transaction():
        yield Fake()

    service = NoteService(transaction, new_id=lambda: "n2")
    with pytest.raises(NoteArchived):
        service.rename("ann", "n1", "Tea")
    with pytest.raises(NotFound):
        service.rename("eve", "n1", "Tea")
    with pytest.raises(InvalidTitle):
        service.create("ann", " ")


# endregion unit


def test_a_failed_use_case_leaves_nothing_behind(database) -> None:
    build(database)
    transaction = transactions(database)
    with pytest.raises(RuntimeError), transaction() as store:
        store.add(Note("n1", "ann", "Milk"))
        raise RuntimeError
    with transaction() as store:
        assert store.find("n1", "ann") is None


def test_domain_module_has_no_status_numbers() -> None:
    assert not any(hasattr(cls, "status") for cls in subclasses(notes_domain.DomainError))
