import sqlite3

import pytest
from api_key_app import create_app
from api_keys import SCHEMA, ApiKeys
from fastapi.testclient import TestClient


@pytest.fixture
def setup():
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.executescript(SCHEMA)
    keys = ApiKeys(db)
    yield TestClient(create_app(keys)), keys.issue("acme", "reader", ["orders:read"])
    db.close()


def bearer(key: str) -> dict:
    return {"Authorization": f"Bearer {key}"}


def test_missing_wrong_and_insufficient(setup) -> None:
    client, key = setup
    missing = client.get("/orders")
    assert (missing.status_code, missing.headers["www-authenticate"]) == (401, 'Bearer realm="orders"')
    wrong = client.get("/orders", headers=bearer(key[:-1] + "!"))
    assert wrong.status_code == 401 and 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert client.get("/orders", headers=bearer(key)).json() == {"account": "acme"}
    refused = client.delete("/orders/1", headers=bearer(key))
    assert refused.status_code == 403 and 'error="insufficient_scope"' in refused.headers["www-authenticate"]


def test_a_key_in_the_url_is_refused_even_when_it_is_valid(setup) -> None:
    client, key = setup
    assert client.get("/orders", params={"api_key": key}).status_code == 400
    assert client.get("/orders", params={"api_key": key}, headers=bearer(key)).status_code == 400
