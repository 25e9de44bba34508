"""The authorization server's half of the code grant: redirect URIs, one-time codes, PKCE (for tests and for reading)."""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


class Refused(Exception):
    """The error code of the token endpoint, or a page for the user when the redirect URI itself is wrong."""


# region redirect-vulnerable
def redirect_allowed_by_prefix(registered: list[str], asked: str) -> bool:
    return any(asked.startswith(uri) for uri in registered)  # also https://app.example.com.evil.example
# endregion


# region redirect
LOOPBACK = {"127.0.0.1", "[::1]"}


def redirect_allowed(registered: list[str], asked: str) -> bool:
    """Exact string comparison; only the port of a registered loopback address may differ (native apps)."""
    if asked in registered:
        return True
    return any(_without_port(uri) == _without_port(asked) is not None for uri in registered)


def _without_port(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        host = parts.netloc.removesuffix(f":{parts.port}") if parts.port is not None else parts.netloc
    except ValueError:
        return None
    if parts.scheme != "http" or host not in LOOPBACK or parts.fragment:
        return None
    return f"http://{host}{parts.path}?{parts.query}"
# endregion


def s256(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Grant:
    client_id: str
    redirect_uri: str
    challenge: str | None
    user: str
    expires_at: float


class CodesWithoutDowngradeCheck:
    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now, self.grants = now, {}

    def issue(self, client_id: str, redirect_uri: str, user: str, challenge: str | None) -> str:
        code = secrets.token_urlsafe(32)
        self.grants[code] = Grant(client_id, redirect_uri, challenge, user, self.now() + 60)
        return code

    # region downgrade-vulnerable
    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str | None) -> str:
        grant = self.take(code, client_id, redirect_uri)
        if grant.challenge is not None and s256(verifier or "") != grant.challenge:
            raise Refused("invalid_grant")
        return grant.user  # a code issued without a challenge passes, whatever verifier the client sends
    # endregion

    def take(self, code: str, client_id: str, redirect_uri: str) -> Grant:
        grant = self.grants.pop(code, None)  # one use
        if grant is None or self.now() >= grant.expires_at:
            raise Refused("invalid_grant")
        if grant.client_id != client_id or grant.redirect_uri != redirect_uri:
            raise Refused("invalid_grant")
        return grant


class Codes(CodesWithoutDowngradeCheck):
    # region downgrade-fixed
    def issue(self, client_id: str, redirect_uri: str, user: str, challenge: str | None) -> str:
        if challenge is None or len(challenge) != 43:  # S256 of anything has 43 characters; plain is not offered
            raise Refused("invalid_request")
        return super().issue(client_id, redirect_uri, user, challenge)

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str | None) -> str:
        grant = self.take(code, client_id, redirect_uri)
        if (verifier is None) != (grant.challenge is None):  # needed where PKCE is optional for some clients
            raise Refused("invalid_grant")
        if verifier is None or not hmac.compare_digest(s256(verifier), grant.challenge):
            raise Refused("invalid_grant")
        return grant.user
    # endregion
