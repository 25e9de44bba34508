import pytest
from fastapi.testclient import TestClient

from operations_app import create_app, open_db, work


@pytest.fixture
def db():
    return open_db()


@pytest.fixture
def client(db):
    return TestClient(create_app(db), headers={"Authorization": "Bearer token-a"})


def start(client, key="k1"):
    return client.post("/v1/exports", json={"year": 2026}, headers={"Idempotency-Key": key})


def test_accepted_then_status_then_result(client, db):
    reply = start(client)
    assert reply.status_code == 202 and reply.headers["retry-after"] == "2"
    url = reply.headers["location"]
    assert client.get(url).json() == {"id": reply.json()["id"], "state": "queued", "progress": 0}
    assert work(db, 2, lambda step: None) == "succeeded"
    done = client.get(url)
    assert done.status_code == 200 and done.json()["result_url"] and "retry-after" not in done.headers


def test_repeating_the_post_starts_nothing_new(client, db):
    assert start(client).json()["id"] == start(client).json()["id"]
    assert db.execute("SELECT count(*) FROM operations").fetchone()[0] == 1
    assert client.post("/v1/exports", json={}).status_code == 400
    other = client.post("/v1/exports", json={"year": 2025}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422


def test_another_account_neither_shares_keys_nor_sees_operations(client, db):
    url = start(client).headers["location"]
    stranger = TestClient(client.app, headers={"Authorization": "Bearer token-b"})
    assert start(stranger).headers["location"] != url  # the same key, another account
    assert stranger.get(url).status_code == 404
    assert stranger.post(url + "/cancel").status_code == 404
    assert client.get(url).json()["state"] == "queued"
    assert TestClient(client.app).get(url).status_code == 401


def test_cancel_while_queued_and_while_running(client, db):
    url = start(client).headers["location"]
    assert client.post(url + "/cancel").json()["state"] == "cancelled"
    assert client.post(url + "/cancel").status_code == 200
    assert work(db, 1, lambda step: None) is None

    url = start(client, "k2").headers["location"]
    done = []

    def step(number):
        done.append(number)
        if number == 1:
            reply = client.post(url + "/cancel")
            assert reply.status_code == 202 and reply.json()["state"] == "running"

    assert work(db, 5, step) == "cancelled" and done == [0, 1]
    assert client.get(url).json()["state"] == "cancelled"


def test_too_late_to_cancel(client, db):
    url = start(client).headers["location"]
    work(db, 1, lambda step: None)
    assert client.post(url + "/cancel").status_code == 409


def test_failure_is_a_state_not_an_http_error(client, db):
    url = start(client).headers["location"]
    assert work(db, 1, lambda step: 1 / 0) == "failed"
    reply = client.get(url)
    assert reply.status_code == 200 and reply.json()["error"]["status"] == 500
    assert "division" not in reply.text
