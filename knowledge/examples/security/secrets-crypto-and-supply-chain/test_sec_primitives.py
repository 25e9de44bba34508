from __future__ import annotations

import hashlib
import os

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sec_primitives import cookie, cookie_vulnerable, link, link_is_valid, link_vulnerable

KEY = os.urandom(32)


def test_anyone_can_make_the_hash() -> None:
    forged = f"/secret.pdf?check={hashlib.sha256(b'/secret.pdf').hexdigest()}"
    assert forged == link_vulnerable("/secret.pdf")


def test_hmac_needs_the_key_and_ends() -> None:
    url = link(KEY, "/a.pdf", 60, now=1000)
    expires, sig = int(url.split("expires=")[1].split("&")[0]), url.split("sig=")[1]
    assert link_is_valid(KEY, "/a.pdf", expires, sig, now=1059)
    assert not link_is_valid(KEY, "/a.pdf", expires, sig, now=1060)
    assert not link_is_valid(KEY, "/b.pdf", expires, sig, now=1000)
    assert not link_is_valid(KEY, "/a.pdf", expires + 1000, sig, now=1000)
    assert not link_is_valid(KEY, "/a.pdf", expires, "ü", now=1000)


def test_flipping_bits_changes_the_role_without_the_key() -> None:
    sealed = bytearray(cookie_vulnerable(KEY, "role=user"))
    for position, (old, new) in enumerate(zip(b"user", b"root", strict=True)):
        sealed[16 + 5 + position] ^= old ^ new
    plain = Cipher(algorithms.AES(KEY), modes.CTR(bytes(sealed[:16]))).decryptor().update(bytes(sealed[16:]))
    assert plain == b"role=root"


def test_gcm_refuses_the_same_attack() -> None:
    sealed = bytearray(cookie(KEY, "role=user"))
    assert AESGCM(KEY).decrypt(bytes(sealed[:12]), bytes(sealed[12:]), b"cookie-v1") == b"role=user"
    for position, (old, new) in enumerate(zip(b"user", b"root", strict=True)):
        sealed[12 + 5 + position] ^= old ^ new
    with pytest.raises(InvalidTag):
        AESGCM(KEY).decrypt(bytes(sealed[:12]), bytes(sealed[12:]), b"cookie-v1")
