"""The attack suite: every row is a token that a resource server must refuse."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from access_tokens import AUDIENCE, ISSUER, InvalidToken, KeysUnavailable, allow, validate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWKClient
from jwt.algorithms import ECAlgorithm

SIGNING = ec.generate_private_key(ec.SECP256R1())
ATTACKER = ec.generate_private_key(ec.SECP256R1())
NEXT = ec.generate_private_key(ec.SECP256R1())  # the issuer's next signing key
PUBLIC_PEM = SIGNING.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def jwk(key: ec.EllipticCurvePrivateKey, kid: str) -> dict:
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "ES256", "use": "sig"}


class Endpoint:
    def __init__(self) -> None:
        self.keys = [jwk(SIGNING, "k1")]
        self.fetches, self.page = 0, b""
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.fetches += 1
                body = endpoint.page or json.dumps({"keys": endpoint.keys}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/jwks.json"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def endpoint():
    endpoint = Endpoint()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


def claims(**changes: object) -> dict:
    now = int(time.time())
    base = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "user-7", "client_id": "web", "scope": "orders:read",
        "iat": now, "exp": now + 300, "jti": "a1",
    }
    return {k: v for k, v in (base | changes).items() if v is not None}


def mint(key=SIGNING, alg: str = "ES256", kid: str = "k1", typ: str = "at+jwt", extra=None, **changes) -> str:
    return jwt.encode(claims(**changes), key, algorithm=alg, headers={"kid": kid, "typ": typ} | (extra or {}))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hmac_with_public_key() -> str:
    head = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": "k1"}).encode())
    body = b64(json.dumps(claims()).encode())
    mac = hmac.new(PUBLIC_PEM, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{b64(mac)}"


def unsigned(alg: str) -> str:
    head = b64(json.dumps({"alg": alg, "typ": "at+jwt", "kid": "k1"}).encode())
    return f"{head}.{b64(json.dumps(claims()).encode())}."


def tampered() -> str:
    head, _, sig = mint().split(".")
    return f"{head}.{b64(json.dumps(claims(sub='admin')).encode())}.{sig}"


# region attacks
ATTACKS = {
    "alg none": lambda: unsigned("none"),
    "alg NoNe": lambda: unsigned("NoNe"),
    "public key as HMAC secret": hmac_with_public_key,
    "other algorithm, other key type": lambda: mint(rsa.generate_private_key(65537, 2048), "RS256"),
    "signed by somebody else, our kid": lambda: mint(ATTACKER),
    "payload changed": tampered,
    "signature cut off": lambda: mint().rsplit(".", 1)[0] + ".",
    "unknown kid": lambda: mint(kid="k999"),
    "no kid": lambda: jwt.encode(claims(), SIGNING, "ES256", headers={"typ": "at+jwt"}),
    "key offered in the header (jwk)": lambda: mint(ATTACKER, kid="evil", extra={"jwk": jwk(ATTACKER, "evil")}),
    "key offered by URL (jku)": lambda: mint(ATTACKER, kid="evil", extra={"jku": "https://evil.example/jwks"}),
    "unknown critical extension": lambda: mint(extra={"crit": ["exp2"], "exp2": 1}),
    "ID token (typ JWT)": lambda: mint(typ="JWT"),
    "token of another API": lambda: mint(aud="https://billing.api.example.com"),
    "audience is only a prefix of ours": lambda: mint(aud="https://orders.api.example.co"),
    "another issuer": lambda: mint(iss="https://id.example.com.evil.example"),
    "expired": lambda: mint(exp=int(time.time()) - 31),
    "not valid yet": lambda: mint(nbf=int(time.time()) + 120),
    "without exp": lambda: mint(exp=None),
    "without aud": lambda: mint(aud=None),
    "without client_id": lambda: mint(client_id=None),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused(name: str, endpoint) -> None:
    with pytest.raises(InvalidToken):
        validate(ATTACKS[name](), PyJWKClient(endpoint.url))
# endregion


def test_good_token_is_accepted(endpoint) -> None:
    keys = PyJWKClient(endpoint.url)
    assert validate(mint(), keys)["sub"] == "user-7"
    assert validate(mint(typ="application/at+jwt"), keys)["client_id"] == "web"
    assert validate(mint(aud=["https://x.example", AUDIENCE]), keys)
    assert validate(mint(exp=int(time.time()) - 20), keys), "inside the leeway of 30 s"


def test_decode_without_verification_believes_anything() -> None:
    forged = mint(ATTACKER, sub="admin")
    assert jwt.decode(forged, options={"verify_signature": False})["sub"] == "admin"


def test_missing_arguments_switch_checks_off() -> None:
    """PyJWT checks exp only when it is there, and iss only when you pass one."""
    eternal = mint(exp=None, iss="https://evil.example")
    assert jwt.decode(eternal, SIGNING.public_key(), ["ES256"], audience=AUDIENCE)["sub"] == "user-7"
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(mint(), SIGNING.public_key(), ["ES256"])


# region id-token
def test_id_token_passes_where_type_and_audience_are_not_checked() -> None:
    id_token = mint(typ="JWT", aud="web", client_id=None, nonce="n1")  # for the web client, same issuer, same key
    sloppy = {"verify_aud": False}
    assert jwt.decode(id_token, SIGNING.public_key(), ["ES256"], issuer=ISSUER, options=sloppy)["sub"] == "user-7"
# endregion


def test_scope_is_compared_as_a_word() -> None:
    assert allow(claims(scope="orders:read orders:write"), "orders:write")
    assert not allow(claims(scope="orders:readonly"), "orders:read")
    assert not allow(claims(scope=None), "orders:read")


# region rotation
def test_rotation_overlap_and_cooldown(endpoint) -> None:
    keys = PyJWKClient(endpoint.url, cooldown_duration=0)
    old, new = mint(), mint(NEXT, kid="k2")
    validate(old, keys)
    assert endpoint.fetches == 1
    endpoint.keys.append(jwk(NEXT, "k2"))  # published next to the old key
    validate(new, keys)
    validate(old, keys)  # tokens signed before the switch still pass
    assert endpoint.fetches == 2

    guarded = PyJWKClient(endpoint.url)  # default: 30 s between refreshes forced by an unknown kid
    before = endpoint.fetches
    for n in range(20):
        with pytest.raises(InvalidToken):
            validate(mint(kid=f"random-{n}"), guarded)
    assert endpoint.fetches == before + 1
# endregion


def test_key_endpoint_down_is_not_the_callers_fault() -> None:
    keys = PyJWKClient("http://127.0.0.1:9/jwks.json", timeout=1)
    with pytest.raises(KeysUnavailable):
        validate(mint(), keys)


def test_rubbish_from_the_key_endpoint_is_not_the_callers_fault(endpoint) -> None:
    endpoint.page = b"<html>maintenance</html>"
    with pytest.raises(KeysUnavailable):
        validate(mint(), PyJWKClient(endpoint.url))
    endpoint.page, endpoint.keys = b"", []
    with pytest.raises(KeysUnavailable):
        validate(mint(), PyJWKClient(endpoint.url))
