import sqlite3

import pytest
from csrf_check import issue_token, may_change_state, token_matches
from fastapi.testclient import TestClient
from session_app import COOKIE, HASHER, ORIGIN, create_app
from session_store import SCHEMA, Sessions

KEY = b"k" * 32
HERE = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
HASHES = {"ann": HASHER.hash("correct horse battery")}


@pytest.fixture
def client():
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.executescript(SCHEMA)
    yield TestClient(create_app(Sessions(db), HASHES, KEY), base_url=ORIGIN)
    db.close()


def sign_in(client: TestClient, **headers):
    form = {"name": "ann", "password": "correct horse battery"}
    return client.post("/login", data=form, headers=HERE | headers)


def test_cookie_has_all_attributes_and_a_new_value_after_each_login(client: TestClient) -> None:
    first = sign_in(client).headers["set-cookie"]
    assert first.startswith(COOKIE + "=") and "domain" not in first.lower()
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in first
    old = client.cookies[COOKIE]
    sign_in(client)
    assert client.cookies[COOKIE] != old
    client.cookies.clear()
    assert client.get("/form", headers={"Cookie": f"{COOKIE}={old}"}).status_code == 401


def test_logout_ends_the_session_on_the_server(client: TestClient) -> None:
    sign_in(client)
    stolen = client.cookies[COOKIE]
    assert client.post("/logout", headers=HERE).status_code == 204
    client.cookies.clear()
    assert client.get("/form", headers={"Cookie": f"{COOKIE}={stolen}"}).status_code == 401


def test_transfer_needs_own_origin_and_token(client: TestClient) -> None:
    sign_in(client)
    token = client.get("/form").json()["csrf"]
    assert client.post("/transfer", data={"csrf": token}, headers=HERE).status_code == 204
    assert client.post("/transfer", data={"csrf": "0.0"}, headers=HERE).status_code == 403
    evil = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.post("/transfer", data={"csrf": token}, headers=evil).status_code == 403
    assert sign_in(client, **evil).status_code == 403  # login CSRF


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("GET", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        ("DELETE", {"sec-fetch-site": "same-site", "origin": "https://blog.example.com"}, False),
        ("POST", {"origin": ORIGIN}, True),
        ("POST", {"origin": "null"}, False),
        ("POST", {"origin": ORIGIN + ".evil.example"}, False),
        ("POST", {}, False),
    ],
)
def test_origin_rule(method: str, headers: dict, allowed: bool) -> None:
    assert may_change_state(method, headers, ORIGIN) is allowed


def test_token_of_another_session_is_worthless() -> None:
    token = issue_token("session-a", KEY)
    assert token_matches("session-a", token, KEY)
    assert not token_matches("session-b", token, KEY) and not token_matches("session-a", "", KEY)


def test_unknown_name_and_wrong_password_look_alike(client: TestClient) -> None:
    replies = [client.post("/login", data={"name": n, "password": "wrong"}, headers=HERE) for n in ("ann", "nobody")]
    assert replies[0].status_code == replies[1].status_code == 401 and replies[0].json() == replies[1].json()
