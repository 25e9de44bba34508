"""Personal data in a log that is never rewritten: encrypted per person, erased by destroying the key."""
from __future__ import annotations

# region shred
from cryptography.fernet import Fernet, InvalidToken


class Erased(Exception):
    """A late event about an erased person: drop its personal part. Somebody who returns gets a new id."""


class Keys:
    """One key per person, in an ordinary table with ordinary backups that expire."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    def of(self, person: str) -> bytes:
        if person not in self._keys:
            self._keys[person] = Fernet.generate_key()
        if (key := self._keys[person]) is None:  # or a straggler would start a new key and undo the erasure
            raise Erased(person)
        return key

    def erase(self, person: str) -> None:
        self._keys[person] = None                # and publish person.erased: read models delete their copies

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
