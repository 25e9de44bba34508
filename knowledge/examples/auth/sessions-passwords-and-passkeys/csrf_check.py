"""CSRF defence: origin check for every unsafe request, and a token bound to the session."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

SAFE = {"GET", "HEAD", "OPTIONS"}


# region origin
def may_change_state(method: str, headers: Mapping[str, str], own_origin: str) -> bool:
    """For requests that authenticate by cookie; header names in lower case. False: answer 403."""
    if method in SAFE:
        return True  # and therefore no GET handler may change anything
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")  # none: typed or bookmarked by the user; same-site is a sibling, not us
    return headers.get("origin") == own_origin  # older browsers; neither header: refuse
# endregion


# region token
def issue_token(session_id: str, key: bytes) -> str:
    nonce = secrets.token_hex(16)
    return f"{nonce}.{_mac(session_id, nonce, key)}"  # in a hidden field or a header, never in the URL


def token_matches(session_id: str, token: str, key: bytes) -> bool:
    nonce, _, mac = token.partition(".")
    return hmac.compare_digest(mac.encode(), _mac(session_id, nonce, key).encode())


def _mac(session_id: str, nonce: str, key: bytes) -> str:
    return hmac.new(key, f"{len(session_id)}!{session_id}!{nonce}".encode(), hashlib.sha256).hexdigest()
# endregion
