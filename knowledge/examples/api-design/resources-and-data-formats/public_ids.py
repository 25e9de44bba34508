import os
import time

# region public-id
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u


def uuid7() -> int:
    """RFC 9562 §5.7: 48 bits of Unix milliseconds, version, 12 random bits, variant, 62 random bits."""
    rand = int.from_bytes(os.urandom(10), "big")
    return (time.time_ns() // 1_000_000 << 80) | 7 << 76 | (rand >> 68) << 64 | 2 << 62 | rand & (1 << 62) - 1


def encode(prefix: str, value: int) -> str:
    """A typed, copy-and-paste-safe id such as ord_01jd…: 26 characters keep the sort order."""
    return prefix + "_" + "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def decode(prefix: str, text: str) -> int:
    kind, _, rest = text.partition("_")
    if kind != prefix:
        raise ValueError(f"expected an id that starts with {prefix}_")  # cus_… sent as an order id
    if len(rest) != 26 or rest[0] > "7" or set(rest) - set(ALPHABET):
        raise ValueError("malformed id")
    value = 0
    for char in rest:
        value = value << 5 | ALPHABET.index(char)
    return value
# endregion


def created_ms(value: int) -> int:
    return value >> 80
