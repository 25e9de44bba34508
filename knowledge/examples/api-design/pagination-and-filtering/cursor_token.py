"""Opaque, signed page cursors: versioned, bound to the query and the caller, with an expiry."""

import base64
import hashlib
import hmac
import json
import time


class BadCursor(ValueError):
    """The client must start again from the first page (answer 400)."""


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# region cursor
def fingerprint(account_id, sort, filters):
    """Ties a cursor to the query it came from: a cursor of another list or another tenant does not fit."""
    query = json.dumps([account_id, sort, sorted(filters.items())], separators=(",", ":"))
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def encode_cursor(secret, key, query_hash, ttl=3 * 86_400, now=None):
    payload = {"v": 1, "k": key, "q": query_hash, "e": int(now or time.time()) + ttl}
    body = _b64(json.dumps(payload, separators=(",", ":")).encode())
    tag = hmac.digest(secret, b"cursor.v1." + body.encode(), "sha256")[:16]
    return f"{body}.{_b64(tag)}"


def decode_cursor(secret, token, query_hash, now=None):
    try:
        if len(token) > 512:
            raise BadCursor("too long")
        body, tag = token.split(".")
        expected = hmac.digest(secret, b"cursor.v1." + body.encode(), "sha256")[:16]
        if not hmac.compare_digest(_unb64(tag), expected):  # constant time, and before anything is parsed
            raise BadCursor("not ours")
        payload = json.loads(_unb64(body))
    except (ValueError, UnicodeError) as error:  # BadCursor is a ValueError too
        raise BadCursor("cursor is not valid") from error
    if payload["v"] != 1 or payload["q"] != query_hash:
        raise BadCursor("cursor belongs to another query")
    if payload["e"] < (now or time.time()):
        raise BadCursor("cursor has expired")
    return payload["k"]


# endregion
