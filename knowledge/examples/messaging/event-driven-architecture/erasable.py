"""Personal data in a log that is never rewritten: encrypted per person, erased by destroying the key."""
from __future__ import annotations

# region shred
from cryptography.fernet import Fernet, InvalidToken


class Keys:
    """One key per person, in an ordinary table with ordinary backups that expire."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def of(self, person: str) -> bytes:
        return self._keys.setdefault(person, Fernet.generate_key())

    def erase(self, person: str) -> None:
        self._keys.pop(person, None)             # and publish person.erased: read models delete their copies

    def known(self, person: str) -> bytes | None:
        return self._keys.get(person)


def seal(keys: Keys, person: str, text: str) -> str:
    return Fernet(keys.of(person)).encrypt(text.encode()).decode()


def open_(keys: Keys, person: str, sealed: str) -> str | None:
    key = keys.known(person)
    try:
        return Fernet(key).decrypt(sealed.encode()).decode() if key else None
    except InvalidToken:
        return None                              # sealed with a key that was erased: shown as "deleted"
# endregion shred
