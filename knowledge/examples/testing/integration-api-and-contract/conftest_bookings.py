"""Shared by the tests of this folder: a key pair made for the run, and tokens signed with it."""

import time

import jwt
from bookings_app import AUDIENCE, ISSUER
from cryptography.hazmat.primitives.asymmetric import ec

# region mint
SIGNING = ec.generate_private_key(ec.SECP256R1())  # made for this run: nothing secret in the repository


def bearer(sub: str, scope: str = "bookings:write", key=SIGNING, **changes) -> dict[str, str]:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "scope": scope, "exp": int(time.time()) + 60} | changes
    claims = {name: value for name, value in claims.items() if value is not None}  # exp=None: leave it out
    return {"Authorization": "Bearer " + jwt.encode(claims, key, "ES256")}
# endregion mint
