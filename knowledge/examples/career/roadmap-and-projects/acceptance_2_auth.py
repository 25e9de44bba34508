"""Acceptance test of project 2, the auth service. BASE_URL=http://127.0.0.1:8000 pytest acceptance_2_auth.py

Contract
  POST   /users      {"email", "password" of 8 to 64 or more characters} -> 202 for new and for taken addresses alike
  POST   /session    {"email", "password"} -> 204 and the cookie __Host-session; wrong -> 401; too many -> 429, Retry-After
  GET    /me         {"email"} with the cookie; without -> 401
  DELETE /session    204; the old cookie is dead. A foreign Origin -> 403
  GET    /login/oidc 302 or 303 to the provider: code flow with PKCE, state and nonce; GET /login/oidc/callback ends it
  POST   /passkeys/registration/options, /passkeys/authentication/options, /passkeys/authentication/verify
  The test sends the cookie by hand, because a Secure cookie does not travel over the test's plain loopback connection.
"""

import base64
import os
import uuid
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

pytestmark = pytest.mark.skipif("BASE_URL" not in os.environ, reason="set BASE_URL to the service under test")
PASSWORD = "correct horse battery staple"
COOKIE = "__Host-session"


@pytest.fixture
def api() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=os.environ["BASE_URL"], timeout=5, trust_env=False) as client:
        yield client


@pytest.fixture
def email(api: httpx.Client) -> str:
    address = f"{uuid.uuid4()}@mail.example"
    assert api.post("/users", json={"email": address, "password": PASSWORD}).status_code == 202
    return address


def login(api: httpx.Client, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    reply = api.post("/session", json={"email": email, "password": password}, headers=headers)
    api.cookies.clear()
    return reply


def session_of(reply: httpx.Response) -> str:
    value = next(line for line in reply.headers.get_list("set-cookie") if line.startswith(COOKIE + "="))
    return value.split(";")[0].removeprefix(COOKIE + "=")


def me(api: httpx.Client, session: str) -> httpx.Response:
    return api.get("/me", headers={"Cookie": f"{COOKIE}={session}"})


# region session
def test_the_session_cookie_is_locked_down(api: httpx.Client, email: str) -> None:
    reply = login(api, email)
    assert reply.status_code == 204
    line = next(x for x in reply.headers.get_list("set-cookie") if x.startswith(COOKIE + "="))
    flags = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"httponly", "secure", "path=/"} <= flags
    assert flags & {"samesite=lax", "samesite=strict"}
    assert not any(flag.startswith("domain") for flag in flags)
    assert me(api, session_of(reply)).json() == {"email": email}


def test_login_ignores_a_session_id_chosen_by_an_attacker(api: httpx.Client, email: str) -> None:
    planted = "attacker-chosen-value"
    reply = login(api, email, Cookie=f"{COOKIE}={planted}")
    assert session_of(reply) != planted
    assert me(api, planted).status_code == 401


def test_logout_kills_the_session_on_the_server(api: httpx.Client, email: str) -> None:
    session = session_of(login(api, email))
    cookie = {"Cookie": f"{COOKIE}={session}"}
    assert api.delete("/session", headers=cookie | {"Origin": "https://evil.example"}).status_code == 403
    assert me(api, session).status_code == 200
    assert api.delete("/session", headers=cookie).status_code == 204
    assert me(api, session).status_code == 401


def test_answers_do_not_tell_which_addresses_exist(api: httpx.Client, email: str) -> None:
    wrong, unknown = login(api, email, "wrong-password"), login(api, "nobody@mail.example", "wrong-password")
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert wrong.status_code == 401 and wrong.headers["www-authenticate"]
    again = api.post("/users", json={"email": email, "password": PASSWORD + "2"})
    assert again.status_code == 202
    assert login(api, email, PASSWORD + "2").status_code == 401


# endregion


def test_anonymous_is_unauthorized(api: httpx.Client) -> None:
    assert api.get("/me").status_code == 401


@pytest.mark.parametrize(("password", "status"), [("short", 422), ("x" * 64, 202)])
def test_password_length_is_the_rule(api: httpx.Client, password: str, status: int) -> None:
    reply = api.post("/users", json={"email": f"{uuid.uuid4()}@mail.example", "password": password})
    assert reply.status_code == status


def test_guessing_is_slowed_down(api: httpx.Client, email: str) -> None:
    replies = [login(api, email, f"guess-{n}-guess") for n in range(25)]
    limited = [reply for reply in replies if reply.status_code == 429]
    assert limited and int(limited[0].headers["retry-after"]) > 0


# region oidc
def test_oidc_login_starts_with_pkce_state_and_nonce(api: httpx.Client) -> None:
    starts = [api.get("/login/oidc", follow_redirects=False) for _ in range(2)]
    queries = []
    for reply in starts:
        assert reply.status_code in (302, 303)
        queries.append({key: values[0] for key, values in parse_qs(urlsplit(reply.headers["location"]).query).items()})
    first, second = queries
    assert first["response_type"] == "code" and first["code_challenge_method"] == "S256"
    assert "openid" in first["scope"].split()
    assert len(first["code_challenge"]) == 43
    assert all(first[key] != second[key] for key in ("state", "nonce", "code_challenge"))
    forged = api.get("/login/oidc/callback", params={"code": "c", "state": first["state"] + "x"})
    assert forged.status_code == 400


# endregion


def test_passkey_challenges_are_fresh_and_garbage_is_refused(api: httpx.Client, email: str) -> None:
    cookie = {"Cookie": f"{COOKIE}={session_of(login(api, email))}"}
    assert api.post("/passkeys/registration/options").status_code == 401
    options = [api.post("/passkeys/registration/options", headers=cookie).json() for _ in range(2)]
    challenges = [base64.urlsafe_b64decode(o["challenge"] + "==") for o in options]
    assert min(map(len, challenges)) >= 16 and challenges[0] != challenges[1]
    assert -7 in [p["alg"] for p in options[0]["pubKeyCredParams"]]
    assert api.post("/passkeys/authentication/options").json()["challenge"]
    garbage = {"id": "x", "rawId": "x", "type": "public-key", "response": {}}
    assert api.post("/passkeys/authentication/verify", json=garbage).status_code in (400, 401, 422)
