"""Validate an ID token at the client (PyJWT 2.15)."""

import secrets

import jwt
from jwt import PyJWKClient


class LoginRefused(Exception):
    """Show "sign-in failed, try again"; log the reason."""


# region sloppy-vulnerable
def validate_sloppily(id_token: str, keys: PyJWKClient) -> dict:  # signature and expiry only: a tutorial classic
    key = keys.get_signing_key_from_jwt(id_token)
    return jwt.decode(id_token, key, ["ES256"], options={"verify_aud": False})
# endregion


# region validate
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def validate_id_token(
    id_token: str, keys: PyJWKClient, *, issuer: str, client_id: str, nonce: str, max_age: int | None = None
) -> dict:
    try:
        claims = jwt.decode(
            id_token,
            keys.get_signing_key_from_jwt(id_token),  # from the configured issuer's jwks_uri
            ["ES256"],  # id_token_signed_response_alg of our registration
            issuer=issuer,  # compared as a string
            audience=client_id,
            leeway=30,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise LoginRefused(str(error)) from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1:
        raise LoginRefused("audiences we do not trust")  # nobody else is meant to read our ID tokens
    if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise LoginRefused("not the answer to this login")
    if max_age is not None and claims["iat"] - claims.get("auth_time", 0) > max_age + 30:
        raise LoginRefused("the user signed in too long ago")
    return claims
# endregion
