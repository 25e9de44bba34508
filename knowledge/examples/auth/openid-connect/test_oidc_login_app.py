import secrets

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from id_token import LoginRefused, validate_id_token, validate_sloppily
from jwt import PyJWKClient
from logout_token import EVENT, BadLogoutToken, sessions_to_end
from oidc_login_app import Provider, create_app
from stub_provider import Provider as Stub

BASE = "https://app.example.com"


@pytest.fixture(scope="module")
def stub():
    provider = Stub()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def http():
    with httpx.Client(timeout=5) as client:
        yield client


@pytest.fixture(scope="module")
def app(stub, http):
    return create_app(Provider(stub.issuer, http), http, ("shop-web", "s3cret"), BASE)


@pytest.fixture
def browser(app):
    return TestClient(app, base_url=BASE, follow_redirects=False)


# region flow
def test_login_ends_in_an_own_session(stub, browser) -> None:
    to_provider = browser.get("/login").headers["location"]
    answer = stub.login(to_provider, "a1")
    assert browser.get("/callback", params=answer).headers["location"] == "/"
    assert browser.get("/me").json() == {"subject": "a1"}
    assert browser.get("/callback", params=answer).status_code == 400  # the same answer twice


def test_answer_of_another_login_is_refused(stub, app, browser) -> None:
    attacker = TestClient(app, base_url=BASE, follow_redirects=False)
    answer = stub.login(attacker.get("/login").headers["location"], "mallory")
    assert browser.get("/callback", params=answer).status_code == 400  # this browser waits for nothing
    waiting = browser.get("/login").headers["location"]
    assert browser.get("/callback", params=answer).status_code == 400  # foreign state
    again = stub.login(waiting, "a1")
    assert browser.get("/callback", params=again | {"iss": "https://evil.example"}).status_code == 400
    assert browser.get("/me").status_code == 401
# endregion


def test_code_injected_into_a_waiting_login_fails_at_pkce(stub, app, browser) -> None:
    attacker = TestClient(app, base_url=BASE, follow_redirects=False)
    stolen = stub.login(attacker.get("/login").headers["location"], "mallory")["code"]
    mine = stub.login(browser.get("/login").headers["location"], "a1")
    assert browser.get("/callback", params=mine | {"code": stolen}).status_code == 400


def test_metadata_of_another_issuer_is_refused(stub, http) -> None:
    stub.change = {"issuer": "https://evil.example"}
    try:
        with pytest.raises(RuntimeError, match="configured is"):
            Provider(stub.issuer, http)
    finally:
        stub.change = {}


def test_key_rotation_needs_no_restart(stub, http) -> None:
    provider, old = Provider(stub.issuer, http), (stub.key, stub.kid)
    provider.keys = PyJWKClient(stub.issuer + "/jwks", cooldown_duration=0)  # default: 30 s since the last fetch
    browser = TestClient(create_app(provider, http, ("shop-web", "s3cret"), BASE), base_url=BASE, follow_redirects=False)
    browser.get("/callback", params=stub.login(browser.get("/login").headers["location"]))
    stub.key, stub.kid = ec.generate_private_key(ec.SECP256R1()), "k2"
    try:
        browser.get("/callback", params=stub.login(browser.get("/login").headers["location"]))
        assert browser.get("/me").status_code == 200
    finally:
        stub.key, stub.kid = old


# region attacks
FOREIGN = ec.generate_private_key(ec.SECP256R1())
ATTACKS = {
    "ID token for another client": {"aud": "other-app"},
    "ID token for us and somebody else": {"aud": ["shop-web", "other-app"]},
    "replayed from another login": {"nonce": "old"},
    "without nonce": {"nonce": None},
    "another issuer": {"iss": "https://id.example.com.evil.example"},
    "without subject": {"sub": None},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_passes_the_sloppy_check_and_not_the_full_one(name: str, stub) -> None:
    keys, nonce = PyJWKClient(stub.issuer + "/jwks"), secrets.token_urlsafe(16)
    token = stub.mint({"sub": "mallory", "nonce": nonce}, **ATTACKS[name])
    assert validate_sloppily(token, keys)
    with pytest.raises(LoginRefused):
        validate_id_token(token, keys, issuer=stub.issuer, client_id="shop-web", nonce=nonce)
# endregion


def test_good_token_foreign_key_expiry_and_max_age(stub) -> None:
    keys = PyJWKClient(stub.issuer + "/jwks")
    wanted = {"issuer": stub.issuer, "client_id": "shop-web", "nonce": "n"}
    grant = {"sub": "a1", "nonce": "n"}
    assert validate_id_token(stub.mint(grant), keys, **wanted, max_age=300)["sub"] == "a1"
    assert validate_id_token(stub.mint(grant, aud=["shop-web"]), keys, **wanted)
    for bad in (stub.mint(grant, key=FOREIGN), stub.mint(grant, exp=1), "x.y.z"):
        with pytest.raises(LoginRefused):
            validate_id_token(bad, keys, **wanted)
    with pytest.raises(LoginRefused):
        validate_id_token(stub.mint(grant, auth_time=1), keys, **wanted, max_age=300)


def test_back_channel_logout(stub) -> None:
    keys, seen = PyJWKClient(stub.issuer + "/jwks"), set()
    wanted = {"issuer": stub.issuer, "client_id": "shop-web", "seen": seen}
    good = {"typ": "logout+jwt", "events": {EVENT: {}}, "jti": "1"}
    token = stub.mint({"sub": "a1"}, **good)
    assert sessions_to_end(token, keys, **wanted) == ("a1", "s1")
    bad = [
        token,  # replayed
        stub.mint({"sub": "a1", "nonce": "n"}),  # an ID token
        stub.mint({"sub": "a1", "nonce": "n"}, **good | {"jti": "2"}),
        stub.mint({"sub": "a1"}, **good | {"jti": "3", "events": {"other": {}}}),
        stub.mint({"sub": "a1"}, **good | {"jti": "4", "aud": "other-app"}),
        stub.mint({"sub": "a1"}, **good | {"jti": "5", "sub": None, "sid": None}),
        stub.mint({"sub": "a1"}, key=FOREIGN, **good | {"jti": "6"}),
    ]
    for each in bad:
        with pytest.raises(BadLogoutToken):
            sessions_to_end(each, keys, **wanted)
