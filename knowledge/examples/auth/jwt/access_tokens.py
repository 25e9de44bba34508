"""Resource-server validation of RFC 9068 access tokens with PyJWT."""

# region validate
from json import JSONDecodeError

import jwt
from jwt import PyJWKClient, PyJWKClientConnectionError, PyJWKSetError

ISSUER = "https://id.example.com"
AUDIENCE = "https://orders.api.example.com"
ALGORITHMS = ["ES256"]  # what this issuer signs with: configuration, never the token's header
REQUIRED = ["iss", "aud", "exp", "iat", "jti", "sub", "client_id"]


class InvalidToken(Exception):
    """Answer 401 with WWW-Authenticate: Bearer error="invalid_token"; log the cause, do not return it."""


class KeysUnavailable(Exception):
    """The key endpoint is down or returns rubbish: our outage, not the caller's fault. Answer 503."""


def validate(token: str, keys: PyJWKClient) -> dict:
    try:
        header = jwt.get_unverified_header(token)
        typ = str(header.get("typ", "")).lower().removeprefix("application/")
        if typ != "at+jwt":  # an ID token has typ JWT or none
            raise InvalidToken(f"typ is {typ!r}")
        return jwt.decode(
            token,
            key=keys.get_signing_key(header["kid"]),  # only keys from the configured jwks_uri
            algorithms=ALGORITHMS,
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=30,
            options={"require": REQUIRED},
        )
    except (PyJWKClientConnectionError, PyJWKSetError, JSONDecodeError) as error:
        raise KeysUnavailable(str(error)) from error
    except (jwt.PyJWTError, KeyError) as error:
        raise InvalidToken(str(error)) from error
# endregion


# region permissions
def allow(claims: dict, needed_scope: str) -> bool:
    """A valid token says who calls; the scope says what the client may do. 403 when this is false."""
    return needed_scope in claims.get("scope", "").split()
# endregion
