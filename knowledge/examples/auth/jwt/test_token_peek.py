"""Readable payloads, and the sizes the guide names."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from token_peek import peek

CLAIMS = {
    "iss": "https://id.example.com", "aud": "https://orders.api.example.com", "sub": "user-7", "client_id": "web",
    "scope": "orders:read orders:write", "iat": 1795622400, "exp": 1795622700, "jti": "f3b0c442",
}


def test_payload_is_readable_without_any_key() -> None:
    token = jwt.encode(CLAIMS | {"iban": "secret"}, ec.generate_private_key(ec.SECP256R1()), "ES256")
    assert peek(token)["iban"] == "secret"


@pytest.mark.parametrize(
    ("alg", "key", "size"),
    [
        ("RS256", rsa.generate_private_key(65537, 2048), 653),
        ("ES256", ec.generate_private_key(ec.SECP256R1()), 397),
        ("EdDSA", ed25519.Ed25519PrivateKey.generate(), 397),
        ("HS256", b"k" * 32, 354),
    ],
)
def test_sizes_named_in_the_guide(alg: str, key: object, size: int) -> None:
    assert len(jwt.encode(CLAIMS, key, alg, headers={"kid": "k1", "typ": "at+jwt"})) == size


def test_two_hundred_roles_do_not_fit_a_cookie() -> None:
    roles = [f"project-{n}:editor" for n in range(200)]
    token = jwt.encode(CLAIMS | {"roles": roles}, b"k" * 32, "HS256")
    assert len(token) > 4096
