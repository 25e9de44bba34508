import pytest
from fastapi.testclient import TestClient

import etag_updates_app
from etag_updates_app import create_app, open_db


@pytest.fixture
def client():
    return TestClient(create_app(open_db()))


def put(client, text, **headers):
    return client.put("/notes/n1", json={"text": text}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_without_precondition_428(client):
    assert put(client, "x").status_code == 428


def test_second_writer_with_the_old_tag_gets_412_and_the_first_write_survives(client):
    tag = client.get("/notes/n1").headers["etag"]
    first = put(client, "from A", if_match=tag)
    assert first.status_code == 204 and first.headers["etag"] == '"v2"'
    assert put(client, "from B", if_match=tag).status_code == 412
    assert client.get("/notes/n1").json() == {"text": "from A"}


def test_without_the_check_the_first_write_is_lost(client):
    client.put("/unsafe/n1", json={"text": "from A"})
    client.put("/unsafe/n1", json={"text": "from B"})
    assert client.get("/notes/n1").json() == {"text": "from B"}


def test_weak_tag_never_matches(client):
    assert put(client, "x", if_match='W/"v1"').status_code == 412


def test_list_and_star_match(client):
    assert put(client, "x", if_match='"v9", "v1"').status_code == 204
    assert put(client, "y", if_match="*").status_code == 204


def test_unknown_resource_is_404_before_the_precondition_is_looked_at(client):
    assert client.put("/notes/none", json={}, headers={"If-Match": '"v1"'}).status_code == 404


def test_race_between_check_and_write_is_caught_by_the_update(monkeypatch):
    db = open_db()
    client = TestClient(create_app(db))
    real = etag_updates_app.etag

    def bump_then_tag(version):  # another writer commits between our SELECT and our UPDATE
        db.execute("UPDATE notes SET version = version + 1 WHERE id = 'n1' AND version = 1")
        return real(version)

    monkeypatch.setattr(etag_updates_app, "etag", bump_then_tag)
    assert put(client, "x", if_match='"v1"').status_code == 412
