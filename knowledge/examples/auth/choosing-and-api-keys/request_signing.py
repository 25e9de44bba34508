"""Sign a request with HMAC-SHA-256 and refuse changes, replays and old requests (Python 3.11, standard library)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable


# region sign
def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"  # RFC 9530


def to_sign(method: str, host: str, target: str, digest: str, created: int, nonce: str) -> bytes:
    return "\n".join((method, host.lower(), target, digest, str(created), nonce)).encode()  # target with its query


def sign(key_id: str, key: bytes, method: str, host: str, target: str, body: bytes) -> dict[str, str]:
    created, nonce, digest = int(time.time()), secrets.token_urlsafe(16), content_digest(body)
    mac = hmac.new(key, to_sign(method, host, target, digest, created, nonce), hashlib.sha256).hexdigest()
    return {"content-digest": digest, "x-signature": f"keyid={key_id};created={created};nonce={nonce};mac={mac}"}


def verify(
    headers: dict[str, str], keys: dict[str, bytes], first_use: Callable[[str, int], bool],
    method: str, host: str, target: str, body: bytes, window: int = 300,
) -> str:
    """The key id, or ValueError (401). `first_use(nonce, seconds)` is Redis SET NX EX or an insert under a unique key."""
    try:
        parts = dict(part.split("=", 1) for part in headers["x-signature"].split(";"))
        key_id, created, nonce, mac = parts["keyid"], int(parts["created"]), parts["nonce"], parts["mac"]
        key = keys[key_id]
    except KeyError as error:
        raise ValueError("unknown key or missing part") from error
    if abs(int(time.time()) - created) > window:
        raise ValueError("too old or from the future")
    text = to_sign(method, host, target, content_digest(body), created, nonce)  # the bytes that arrived, unparsed
    if not hmac.compare_digest(hmac.new(key, text, hashlib.sha256).hexdigest().encode(), mac.encode()):
        raise ValueError("signature")
    if not first_use(f"{key_id}:{nonce}", 2 * window):  # last: only genuine nonces are stored
        raise ValueError("replayed")
    return key_id
# endregion
