"""The client's half: start a login, finish it, refuse what it did not start."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

ISSUER = "https://id.example.com"
CLIENT_ID = "shop-web"
REDIRECT = "https://app.example.com/callback"


class Refused(Exception):
    """Show "sign-in failed, try again"; log the reason."""


# region client
@dataclass(frozen=True)
class Pending:  # in the user's session or a short-lived __Host- cookie, never in the URL
    state: str
    verifier: str


def begin(scope: str = "orders:read") -> tuple[str, Pending]:
    pending = Pending(secrets.token_urlsafe(32), secrets.token_urlsafe(32))  # 43 characters, the minimum for a verifier
    challenge = urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT, "scope": scope,
        "state": pending.state, "code_challenge": challenge, "code_challenge_method": "S256",
    }
    return f"{ISSUER}/authorize?{urlencode(query)}", pending


def finish(params: dict, pending: Pending | None, token_request: Callable[[dict], dict]) -> dict:
    """`token_request` POSTs the form to the token endpoint, with client authentication for a confidential client."""
    if pending is None or not secrets.compare_digest(params.get("state", "").encode(), pending.state.encode()):
        raise Refused("no login of this browser is waiting for this answer")
    if params.get("iss", ISSUER) != ISSUER:  # make it required when the server announces that it sends iss
        raise Refused("answer of another authorization server")
    if "code" not in params:
        raise Refused(params.get("error", "no code"))
    return token_request(
        {"grant_type": "authorization_code", "code": params["code"], "redirect_uri": REDIRECT,
         "client_id": CLIENT_ID, "code_verifier": pending.verifier}
    )
# endregion
