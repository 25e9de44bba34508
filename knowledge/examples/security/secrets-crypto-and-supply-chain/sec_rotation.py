"""Secrets that change while the service runs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


# region file
class Secret:
    """A secret mounted as a file. Read at start, re-read when the platform replaces the file, never printed."""

    def __init__(self, path: Path):
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._value = ""
        self.get()  # missing or empty: the service does not start

    def get(self) -> str:
        info = self._path.stat()
        stamp = (info.st_mtime_ns, info.st_ino)
        if stamp != self._stamp:
            value = self._path.read_text().strip()
            if not value:
                raise ValueError(f"{self._path.name} is empty")
            self._value, self._stamp = value, stamp
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self._path.name})"


# endregion file


# region verify
def verify(message: bytes, signature: str, secrets: list[str]) -> bool:
    """Accepts every active secret: two while a rotation runs, one otherwise. Senders switch when all receivers have both."""
    return any(
        hmac.compare_digest(hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode(), signature.encode())
        for secret in secrets
    )


# endregion verify


# region reconnect
class AuthenticationFailed(Exception):
    pass


def connect(open_connection: Callable[[str], T], password: Secret) -> T:
    """One retry with a fresh secret: covers the seconds between change in the database and change of the file."""
    used = password.get()
    try:
        return open_connection(used)
    except AuthenticationFailed:
        if (fresh := password.get()) == used:
            raise  # really wrong: do not hammer, the account could be locked
        return open_connection(fresh)


# endregion reconnect
