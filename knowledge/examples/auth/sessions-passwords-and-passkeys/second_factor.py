"""TOTP (RFC 6238) and recovery codes (Python 3.11, standard library)."""

import hashlib
import hmac
import secrets
import struct
import time


# region totp
def code_at(secret: bytes, step: int, digits: int = 6) -> str:
    mac = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def check_totp(secret: bytes, sent: str, last_step: int, now: float | None = None) -> int | None:
    """The step to store as last_step, or None. Each code works once; the previous step is accepted for slow typing."""
    current = int(now if now is not None else time.time()) // 30
    for step in (current, current - 1):
        if step > last_step and hmac.compare_digest(code_at(secret, step).encode(), sent.encode()):
            return step  # UPDATE ... SET last_step = :step WHERE last_step < :step, so that two requests cannot both win
    return None
# endregion


# region recovery
ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"  # no vowels, nothing that looks alike


def recovery_codes(count: int = 10, length: int = 25) -> tuple[list[str], set[bytes]]:
    """Shown once; 25 characters are 117 bits, enough for a fast hash."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(length)) for _ in range(count)]
    return codes, {digest(code) for code in codes}


def digest(code: str) -> bytes:
    return hashlib.sha256(code.upper().replace("-", "").replace(" ", "").encode()).digest()


def use_recovery_code(stored: set[bytes], sent: str) -> bool:
    if digest(sent) not in stored:
        return False
    stored.remove(digest(sent))  # in SQL: DELETE ... RETURNING; then mail the owner
    return True
# endregion
