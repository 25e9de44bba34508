"""Hash, verify and silently upgrade passwords (argon2-cffi 25.1, bcrypt 5.0 for the old hashes)."""

import hmac
import unicodedata
from collections.abc import Callable

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# region password
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # Argon2id; memory in KiB, so 19 MiB
DECOY = HASHER.hash("nobody has this password")


def prepare(password: str) -> str:
    password = unicodedata.normalize("NFC", password)  # the same umlaut from two keyboards
    if len(password) > 1_000:
        raise ValueError("password too long")  # a bound against abuse; never truncate instead
    return password


def hash_password(password: str) -> str:
    return HASHER.hash(prepare(password))  # $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>


def verify(stored: str | None, password: str, store: Callable[[str], None]) -> bool:
    """`store` saves a better hash; it is called after a good login with old parameters or an old algorithm."""
    password = prepare(password)
    if stored is not None and stored.startswith("$2"):  # legacy bcrypt: it never saw more than 72 bytes
        secret = password.encode()[:72]
        good = hmac.compare_digest(bcrypt.hashpw(secret, stored.encode()), stored.encode())
        if good:
            store(HASHER.hash(password))
        return good
    try:
        HASHER.verify(stored or DECOY, password)  # unknown account: same work, same time
    except VerificationError:
        return False
    if stored is not None and HASHER.check_needs_rehash(stored):
        store(HASHER.hash(password))
    return stored is not None
# endregion
