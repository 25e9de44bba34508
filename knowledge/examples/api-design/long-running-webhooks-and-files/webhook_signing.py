import base64
import hashlib
import hmac
import time

TOLERANCE = 300  # seconds


# region sign
def new_secret(random_bytes: bytes) -> str:
    if not 24 <= len(random_bytes) <= 64:
        raise ValueError("a secret has 24 to 64 random bytes")
    return "whsec_" + base64.b64encode(random_bytes).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{timestamp}.".encode() + body  # the bytes that go out, not a second serialisation
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def headers(secrets: list[str], message_id: str, body: bytes, now: float | None = None) -> dict[str, str]:
    """`secrets`: the new one first, during a rotation the old one as well. The id stays over retries, the time does not."""
    if "." in message_id:
        raise ValueError("a dot in the id would blur the signed fields")
    timestamp = int(time.time() if now is None else now)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(s, message_id, timestamp, body) for s in secrets),
    }
# endregion


# region verify
class BadWebhook(Exception):
    """Answer 400 or 401 and do nothing else."""


def verify(secrets: list[str], headers, body: bytes, now: float | None = None) -> str:
    """Returns the message id, to be used as the idempotency key. `body` is what came over the wire."""
    try:
        message_id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        given = headers["webhook-signature"].split(" ")
    except KeyError as missing:
        raise BadWebhook(f"no {missing} header") from None
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):  # int() refuses thousands of digits
        raise BadWebhook("timestamp is not a number")
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE:
        raise BadWebhook("timestamp outside the tolerance: replay, or a clock that is wrong")
    expected = [signature(s, message_id, int(stamp), body).encode() for s in secrets]
    # compare_digest needs equal time whatever the content; == stops at the first different byte
    if not any(hmac.compare_digest(e, g.encode()) for e in expected for g in given):
        raise BadWebhook("no signature matches")
    return message_id
# endregion


def verify_wrong(secret: str, headers, parsed) -> bool:
    """Two mistakes: serialises again, and ignores the time."""
    import json

    body = json.dumps(parsed, separators=(",", ":")).encode()
    return signature(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body) in headers["webhook-signature"]
