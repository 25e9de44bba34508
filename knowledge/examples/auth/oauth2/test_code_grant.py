from urllib.parse import parse_qs, urlsplit

import code_client
import pytest
from code_client import CLIENT_ID, REDIRECT, begin, finish
from code_grant import Codes, CodesWithoutDowngradeCheck, Refused, redirect_allowed, redirect_allowed_by_prefix, s256


def challenge_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code_challenge"][0]


def endpoint(codes):
    def post(form: dict) -> dict:
        return {"user": codes.redeem(form["code"], form["client_id"], form["redirect_uri"], form.get("code_verifier"))}

    return post


def test_login_works_once() -> None:
    codes = Codes()
    url, pending = begin()
    code = codes.issue(CLIENT_ID, REDIRECT, "ann", challenge_of(url))
    answer = {"code": code, "state": pending.state, "iss": code_client.ISSUER}
    assert finish(answer, pending, endpoint(codes)) == {"user": "ann"}
    with pytest.raises(Refused):
        finish(answer, pending, endpoint(codes))


def test_appendix_b_of_rfc_7636() -> None:
    assert s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# region interception
def test_an_intercepted_code_is_useless_without_the_verifier() -> None:
    open_server, server = CodesWithoutDowngradeCheck(), Codes()
    stolen = open_server.issue(CLIENT_ID, REDIRECT, "ann", None)  # a client without PKCE
    assert open_server.redeem(stolen, CLIENT_ID, REDIRECT, None) == "ann"  # the thief is signed in as Ann

    url, _ = begin()
    stolen = server.issue(CLIENT_ID, REDIRECT, "ann", challenge_of(url))
    for guess in (None, "", "x" * 43, challenge_of(url)):
        with pytest.raises(Refused):
            server.redeem(stolen, CLIENT_ID, REDIRECT, guess)
        stolen = server.issue(CLIENT_ID, REDIRECT, "ann", challenge_of(url))
# endregion


# region downgrade
def test_pkce_downgrade_signs_the_victim_into_the_attackers_account_on_the_vulnerable_server() -> None:
    _, victim = begin()  # the victim's browser has started a login, with PKCE
    vulnerable = CodesWithoutDowngradeCheck()
    code = vulnerable.issue(CLIENT_ID, REDIRECT, "mallory", None)  # the attacker's own login, challenge stripped
    assert vulnerable.redeem(code, CLIENT_ID, REDIRECT, victim.verifier) == "mallory"

    fixed = Codes()
    with pytest.raises(Refused):  # PKCE is mandatory: no code without a challenge
        fixed.issue(CLIENT_ID, REDIRECT, "mallory", None)
    code = CodesWithoutDowngradeCheck.issue(fixed, CLIENT_ID, REDIRECT, "mallory", None)  # optional for some clients
    with pytest.raises(Refused):  # a verifier for a code that never had a challenge
        fixed.redeem(code, CLIENT_ID, REDIRECT, victim.verifier)
# endregion


def test_client_refuses_foreign_answers() -> None:
    _, pending = begin()
    fail = endpoint(Codes())
    for params, waiting in (
        ({"code": "c", "state": pending.state}, None),
        ({"code": "c", "state": "other"}, pending),
        ({"code": "c"}, pending),
        ({"code": "c", "state": pending.state, "iss": "https://evil.example"}, pending),
        ({"error": "access_denied", "state": pending.state}, pending),
    ):
        with pytest.raises(code_client.Refused):
            finish(params, waiting, fail)


REGISTERED = ["https://app.example.com", "https://app.example.com/callback", "http://127.0.0.1/cb"]
# region redirect-attacks
ATTACKS = [
    "https://app.example.com.evil.example/callback",
    "https://app.example.com@evil.example/callback",
    "https://app.example.com/callback/../open-redirect?to=https://evil.example",
    "https://app.example.com/callback?next=https://evil.example",
    "https://app.example.com/callback#",
]


@pytest.mark.parametrize("uri", ATTACKS)
def test_prefix_match_lets_the_code_out_and_exact_match_does_not(uri: str) -> None:
    assert redirect_allowed_by_prefix(REGISTERED, uri)
    assert not redirect_allowed(REGISTERED, uri)
# endregion


@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        ("https://app.example.com/callback", True),
        ("https://APP.example.com/callback", False),
        ("https://app.example.com:443/callback", False),
        ("http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1:49152/other", False),
        ("http://127.0.0.1:99999/cb", False),
        ("http://localhost:49152/cb", False),
        ("http://user@127.0.0.1:49152/cb", False),
        ("https://127.0.0.1:49152/cb", False),
        ("http://127.0.0.1.evil.example:80/cb", False),
    ],
)
def test_exact_comparison_with_the_loopback_exception(uri: str, allowed: bool) -> None:
    assert redirect_allowed(REGISTERED, uri) is allowed


def test_code_belongs_to_client_and_redirect_uri_and_dies_after_a_minute() -> None:
    clock = [0.0]
    codes = Codes(lambda: clock[0])
    url, pending = begin()
    for args in (("other", REDIRECT), (CLIENT_ID, "https://app.example.com/other")):
        code = codes.issue(CLIENT_ID, REDIRECT, "ann", challenge_of(url))
        with pytest.raises(Refused):
            codes.redeem(code, *args, pending.verifier)
    code = codes.issue(CLIENT_ID, REDIRECT, "ann", challenge_of(url))
    clock[0] = 60.0
    with pytest.raises(Refused):
        codes.redeem(code, CLIENT_ID, REDIRECT, pending.verifier)
