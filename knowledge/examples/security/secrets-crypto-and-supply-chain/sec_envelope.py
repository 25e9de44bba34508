"""Field encryption: a data key per tenant, wrapped by a key that never leaves the key service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


# region vulnerable
def encrypt_vulnerable(key: bytes, value: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, value.encode(), None)  # nothing ties the text to its row


# endregion vulnerable


# region envelope
class KeyService(Protocol):
    """KMS or Vault transit: wraps and unwraps; the wrapping key stays inside. Every call is logged there."""

    def wrap(self, data_key: bytes, context: bytes) -> tuple[str, bytes]: ...  # (wrapping key id, wrapped key)
    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes: ...


class FieldCipher:
    def __init__(self, keys: dict[str, bytes], current: str):
        self._keys, self._current = keys, current  # data keys of one tenant, unwrapped once and cached for minutes

    def encrypt(self, value: str, table: str, column: str, row_id: str) -> str:
        nonce = os.urandom(12)  # random 96 bits: at most 2**32 values per data key
        place = f"{self._current}|{table}|{column}|{row_id}".encode()
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, value.encode(), place)
        return f"v1:{self._current}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, table: str, column: str, row_id: str) -> str:
        version, key_id, data = stored.split(":")
        if version != "v1":
            raise ValueError("unknown format")
        raw = base64.urlsafe_b64decode(data)
        place = f"{key_id}|{table}|{column}|{row_id}".encode()
        return AESGCM(self._keys[key_id]).decrypt(raw[:12], raw[12:], place).decode()

    def stale(self, stored: str) -> bool:
        """True when a background job should re-encrypt this value."""
        return stored.split(":")[1] != self._current


# endregion envelope


# region lookup
def blind_index(index_key: bytes, value: str) -> str:
    """For WHERE email_idx = :x. Its own key; equal values are visible as equal, so not for sex or blood group."""
    normal = value.strip().casefold()
    return hmac.new(index_key, b"person.email|" + normal.encode(), hashlib.sha256).hexdigest()


# endregion lookup


# region rotate
def rewrap(keys: KeyService, rows: list[dict]) -> int:
    """New wrapping key: touches one row per data key, no data. Safe to repeat and to interrupt."""
    done = 0
    for row in rows:
        context = f"tenant={row['tenant']}".encode()
        kek_id, wrapped = keys.wrap(keys.unwrap(row["kek_id"], row["wrapped"], context), context)
        if kek_id != row["kek_id"]:
            row.update(kek_id=kek_id, wrapped=wrapped)
            done += 1
    return done


# endregion rotate


class LocalKeyService:
    """A double for tests. It keeps old wrapping keys for unwrapping until they are destroyed."""

    def __init__(self) -> None:
        self.keks: dict[str, bytes] = {}
        self.rotate()

    def rotate(self) -> None:
        self.current = f"kek{len(self.keks) + 1}"
        self.keks[self.current] = AESGCM.generate_key(256)

    def wrap(self, data_key: bytes, context: bytes) -> tuple[str, bytes]:
        nonce = os.urandom(12)
        return self.current, nonce + AESGCM(self.keks[self.current]).encrypt(nonce, data_key, context)

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        return AESGCM(self.keks[kek_id]).decrypt(wrapped[:12], wrapped[12:], context)
