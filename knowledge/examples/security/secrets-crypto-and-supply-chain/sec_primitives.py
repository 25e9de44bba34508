"""Three wrong choices of primitive and their right ones."""

from __future__ import annotations

import hashlib
import hmac
import os
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


# region vulnerable
def link_vulnerable(path: str) -> str:
    return f"{path}?check={hashlib.sha256(path.encode()).hexdigest()}"  # a hash has no secret: anyone computes it


def cookie_vulnerable(key: bytes, text: str) -> bytes:
    nonce = os.urandom(16)
    stream = Cipher(algorithms.AES(key), modes.CTR(nonce)).encryptor()
    return nonce + stream.update(text.encode())  # encrypted, not authenticated: bits can be flipped


# endregion vulnerable


# region fixed
def link(key: bytes, path: str, seconds: int, now: float | None = None) -> str:
    expires = int(now if now is not None else time.time()) + seconds
    return f"{path}?expires={expires}&sig={signature(key, path, expires)}"


def signature(key: bytes, path: str, expires: int) -> str:
    message = f"download-link-v1\n{path}\n{expires}".encode()  # purpose first: one key, one meaning
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def link_is_valid(key: bytes, path: str, expires: int, sig: str, now: float | None = None) -> bool:
    fresh = (now if now is not None else time.time()) < expires
    return hmac.compare_digest(signature(key, path, expires).encode(), sig.encode()) and fresh


def cookie(key: bytes, text: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), b"cookie-v1")


# endregion fixed
