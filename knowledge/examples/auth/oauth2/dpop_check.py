"""Check a DPoP proof at the resource server (RFC 9449; PyJWT 2.15, standard library)."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable

import jwt


class BadProof(Exception):
    """401 with WWW-Authenticate: DPoP error="invalid_dpop_proof"."""


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def thumbprint(jwk: dict) -> str:  # RFC 7638, for EC keys
    needed = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"), sort_keys=True)
    return b64(hashlib.sha256(needed.encode()).digest())


# region dpop
def check_proof(
    proof: str, *, method: str, url: str, token: str, bound_to: str, first_use: Callable[[str], bool], window: int = 60
) -> None:
    """`url` without query and fragment; `bound_to` is cnf.jkt of the validated access token."""
    try:
        header = jwt.get_unverified_header(proof)
        jwk = header["jwk"]
        if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256" or "d" in jwk:
            raise BadProof("header")
        claims = jwt.decode(
            proof, jwt.PyJWK(jwk, algorithm="ES256"), ["ES256"],
            options={"require": ["jti", "htm", "htu", "iat", "ath"], "verify_iat": False},
        )
        if thumbprint(jwk) != bound_to:
            raise BadProof("another key than the token is bound to")
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise BadProof(str(error)) from error
    if claims["htm"] != method or claims["htu"] != url:
        raise BadProof("made for another request")
    if claims["ath"] != b64(hashlib.sha256(token.encode()).digest()):
        raise BadProof("made for another token")
    if not isinstance(claims["iat"], (int, float)) or abs(time.time() - claims["iat"]) > window:
        raise BadProof("too old")
    if not first_use(f"{bound_to}:{claims['jti']}"):  # remember for twice the window
        raise BadProof("replayed")
# endregion
