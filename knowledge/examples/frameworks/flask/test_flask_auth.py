import time

import jwt
import pytest
from flask_auth import HASHER, Sessions, create_auth_app

KEY = "k" * 40
SAME = {"Sec-Fetch-Site": "same-origin"}


def validate(token: str) -> dict:
    return jwt.decode(token, KEY, algorithms=["HS256"], audience="orders", options={"require": ["exp", "aud", "sub"]})


def bearer(**changes: object) -> dict[str, str]:
    claims = {"sub": "7", "aud": "orders", "exp": time.time() + 60} | changes
    return {"Authorization": "Bearer " + jwt.encode(claims, KEY, "HS256")}


@pytest.fixture
def app():
    return create_auth_app({"ann@example.com": (7, HASHER.hash("correct horse battery"))}, Sessions(), validate)


@pytest.fixture
def client(app):
    return app.test_client()


def log_in(client, password="correct horse battery", headers=SAME, base="https://shop.example"):
    return client.post("/session", json={"email": "Ann@example.com", "password": password}, headers=headers, base_url=base)


def test_a_browser_logs_in_and_a_copied_cookie_dies_with_the_logout(client):
    reply = log_in(client)
    cookie = reply.headers["Set-Cookie"]
    assert reply.status_code == 204 and cookie.startswith("__Host-session=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")) and "Domain" not in cookie
    assert client.get("/orders", base_url="https://shop.example").json == {"user": 7}
    stolen = client.get_cookie("__Host-session", domain="shop.example").value
    client.delete("/session", headers=SAME, base_url="https://shop.example")
    client.set_cookie("__Host-session", stolen, domain="shop.example", secure=True)
    assert client.get("/orders", base_url="https://shop.example").status_code == 401


def test_wrong_passwords_and_unknown_accounts_look_alike(client):
    wrong = log_in(client, password="nope")
    unknown = client.post("/session", json={"email": "bob@example.com", "password": "x"}, headers=SAME)
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text) and wrong.status_code == 401
    assert client.post("/session", json=["x"], headers=SAME).status_code == 422


def test_cross_site_requests_with_the_cookie_are_refused(client):
    log_in(client)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        assert client.post("/orders", headers=headers, base_url="https://shop.example").status_code == 403
    assert log_in(client, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/orders", headers=SAME, base_url="https://shop.example").status_code == 200
    assert client.post("/orders", headers={"Origin": "https://shop.example"}, base_url="https://shop.example").status_code == 200


def test_bearer_tokens_are_checked_and_need_no_origin(client):
    assert client.post("/orders", headers=bearer()).json == {"user": 7}
    for bad in (bearer(aud="mail"), bearer(exp=1), bearer(sub="x"), {"Authorization": "Bearer nonsense"}):
        reply = client.get("/orders", headers=bad)
        assert reply.status_code == 401 and "invalid_token" in reply.headers["WWW-Authenticate"]
    assert client.get("/orders").headers["WWW-Authenticate"] == "Bearer"


def test_an_outage_of_the_key_endpoint_is_503_and_not_401():
    def down(token: str) -> dict:
        raise jwt.PyJWKClientConnectionError("timed out")

    client = create_auth_app({}, Sessions(), down).test_client()
    assert client.get("/orders", headers=bearer()).status_code == 503
