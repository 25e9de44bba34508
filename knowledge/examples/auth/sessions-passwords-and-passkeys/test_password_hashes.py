import hashlib

import bcrypt
import pytest
from argon2 import PasswordHasher
from password_hashes import HASHER, hash_password, verify


def ignore(_: str) -> None:
    raise AssertionError("no rehash expected")


def test_good_bad_and_unknown() -> None:
    stored = hash_password("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify(stored, "correct horse battery", ignore)
    assert not verify(stored, "wrong", ignore) and not verify(None, "nobody has this password", ignore)


# region bcrypt
def test_old_bcrypt_hashes_ignore_everything_after_72_bytes() -> None:
    prefix = "x" * 72
    stored = bcrypt.hashpw((prefix + "secret")[:72].encode(), bcrypt.gensalt(4)).decode()  # what bcrypt 4 did silently
    saved: list[str] = []
    assert verify(stored, prefix + "anything else", saved.append)  # the weakness of the old hash
    assert not verify(saved[0], prefix + "secret", ignore)  # after the upgrade the whole password counts
    with pytest.raises(ValueError, match="72 bytes"):
        bcrypt.hashpw((prefix + "secret").encode(), bcrypt.gensalt(4))  # bcrypt 5 refuses
# endregion


def test_old_parameters_are_upgraded_at_login() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash("correct horse battery")
    saved: list[str] = []
    assert verify(weak, "correct horse battery", saved.append)
    assert not HASHER.check_needs_rehash(saved[0])


def test_sha256_of_a_password_falls_to_a_word_list() -> None:
    stolen = hashlib.sha256(b"dragon").hexdigest()
    words = ["password", "letmein", "dragon"]
    assert [w for w in words if hashlib.sha256(w.encode()).hexdigest() == stolen] == ["dragon"]


def test_two_spellings_of_the_same_letter() -> None:
    assert verify(hash_password("caf\u00e9 au lait bien"), "cafe\u0301 au lait bien", ignore)
