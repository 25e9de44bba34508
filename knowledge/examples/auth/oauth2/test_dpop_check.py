import hashlib
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dpop_check import BadProof, b64, check_proof, thumbprint
from jwt.algorithms import ECAlgorithm

KEY, THIEF = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
TOKEN, URL = "opaque-or-jwt", "https://orders.api.example.com/orders"


def public(key) -> dict:
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}


def proof(key=KEY, typ: str = "dpop+jwt", **changes: object) -> str:
    claims = {"jti": str(uuid.uuid4()), "htm": "GET", "htu": URL, "iat": int(time.time())}
    claims |= {"ath": b64(hashlib.sha256(TOKEN.encode()).digest())} | changes
    return jwt.encode(claims, key, "ES256", headers={"typ": typ, "jwk": public(key)})


def check(text: str, seen: set | None = None) -> None:
    seen = set() if seen is None else seen
    first = lambda jti: jti not in seen and not seen.add(jti)  # noqa: E731
    check_proof(text, method="GET", url=URL, token=TOKEN, bound_to=thumbprint(public(KEY)), first_use=first)


def test_good_proof_once() -> None:
    seen, text = set(), proof()
    check(text, seen)
    with pytest.raises(BadProof, match="replayed"):
        check(text, seen)


# region attacks
@pytest.mark.parametrize(
    "text",
    [
        proof(THIEF),  # stolen token, own key
        proof(htm="DELETE"),
        proof(htu="https://orders.api.example.com/refunds"),
        proof(ath=b64(hashlib.sha256(b"another token").digest())),
        proof(iat=int(time.time()) - 61),
        proof(typ="JWT"),
        jwt.encode({"jti": "1"}, KEY, "ES256", headers={"typ": "dpop+jwt", "jwk": public(THIEF)}),
        jwt.encode({"jti": "1"}, KEY, "ES256", headers={"typ": "dpop+jwt"}),
        "x.y.z",
    ],
)
def test_stolen_token_is_useless_without_the_key(text: str) -> None:
    with pytest.raises(BadProof):
        check(text)
# endregion
