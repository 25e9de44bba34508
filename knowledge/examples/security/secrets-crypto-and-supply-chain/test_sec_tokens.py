from __future__ import annotations

import random

from sec_tokens import matches, reset_token, reset_token_vulnerable


def untemper(y: int) -> int:
    """Undo the output function of MT19937."""
    y ^= y >> 18
    y ^= (y << 15) & 0xEFC60000
    x = y
    for _ in range(5):
        x = y ^ ((x << 7) & 0x9D2C5680)
    y = x
    x = y
    for _ in range(3):
        x = y ^ (x >> 11)
    return x & 0xFFFFFFFF


def test_624_tokens_predict_the_next_one() -> None:
    seen = [int(reset_token_vulnerable(), 16) for _ in range(624)]  # an attacker asks for own tokens
    clone = random.Random()
    clone.setstate((3, (*(untemper(v) for v in seen), 624), None))
    assert f"{clone.getrandbits(32):08x}" == reset_token_vulnerable()  # the victim's


def test_secure_token() -> None:
    tokens = {reset_token() for _ in range(1000)}
    assert len(tokens) == 1000 and min(map(len, tokens)) == 43
    assert matches("a", "a") and not matches("a", "b") and not matches("a", "ü")
