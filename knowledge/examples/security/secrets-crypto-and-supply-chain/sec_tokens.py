"""Tokens that can be computed, and tokens that cannot."""

from __future__ import annotations

import random
import secrets


# region vulnerable
def reset_token_vulnerable() -> str:
    return f"{random.getrandbits(32):08x}"  # Mersenne Twister: 624 outputs give away all later ones


# endregion vulnerable


# region fixed
def reset_token() -> str:
    return secrets.token_urlsafe(32)  # 256 bits from the operating system


def matches(expected: str, given: str) -> bool:
    return secrets.compare_digest(expected.encode(), given.encode())


# endregion fixed
