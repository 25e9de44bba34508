"""The text form of an API key: prefix, key id, secret, checksum."""

import re
import secrets
import zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KEY = re.compile(r"(?P<prefix>shop_(?:live|test))_(?P<id>[0-9A-Za-z]{12})(?P<secret>[0-9A-Za-z]{43})(?P<sum>[0-9A-Za-z]{6})")


# region format
def base62(number: int, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits.rjust(width, "0")


def random62(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def checksum(text: str) -> str:
    return base62(zlib.crc32(text.encode()), 6)  # finds typos and fakes; no protection against forgery


def new_key(environment: str = "live") -> str:
    body = f"shop_{environment}_{random62(12)}{random62(43)}"  # 12: public key id; 43 characters: 256 random bits
    return body + checksum(body)


def parse(text: str) -> tuple[str, str] | None:
    """(key id, secret) when the text is shaped like one of our keys, else None, without a database call."""
    found = KEY.fullmatch(text)
    if found is None or checksum(text[:-6]) != found["sum"]:
        return None
    return found["id"], found["secret"]
# endregion
