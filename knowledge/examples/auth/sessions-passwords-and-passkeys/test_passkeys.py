import secrets
import sqlite3

import pytest
from passkeys import SCHEMA, login, register, registration_options
from software_authenticator import Passkey, b64
from webauthn.helpers.exceptions import InvalidRegistrationResponse

CHALLENGE = secrets.token_bytes(32)


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


@pytest.fixture
def passkey(db) -> Passkey:
    mine = Passkey()
    register(db, "ann", mine.create(CHALLENGE), CHALLENGE)
    return mine


def test_registration_and_login(db, passkey) -> None:
    assert login(db, passkey.get(CHALLENGE), CHALLENGE) == "ann"
    options = registration_options(db, "ann", "ann@example.com", secrets.token_bytes(32))
    assert len(options.challenge) >= 16 and options.exclude_credentials[0].id == passkey.id


# region attacks
ATTACKS = {
    "phishing site relays the assertion": {"origin": "https://app.example.com.evil.example"},
    "other relying party": {"rp_id": "evil.example"},
    "replay with an old challenge": {"challenge": secrets.token_bytes(32)},
    "no user verification": {"flags": 0x01},
    "no user presence": {"flags": 0x04},
    "registration data sent as login": {"kind": "webauthn.create"},
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused(name: str, db: sqlite3.Connection, passkey: Passkey) -> None:
    assert login(db, passkey.get(**{"challenge": CHALLENGE} | ATTACKS[name]), CHALLENGE) is None


def test_another_key_cannot_answer_for_this_credential(db: sqlite3.Connection, passkey: Passkey) -> None:
    thief = Passkey()
    thief.id = passkey.id
    assert login(db, thief.get(CHALLENGE), CHALLENGE) is None
# endregion


def test_counter_that_goes_back_is_refused(db, passkey) -> None:
    passkey.count = 5
    assert login(db, passkey.get(CHALLENGE), CHALLENGE) == "ann"
    passkey.count = 4
    assert login(db, passkey.get(CHALLENGE), CHALLENGE) is None


def test_registration_from_a_foreign_origin_or_of_a_known_credential(db, passkey) -> None:
    with pytest.raises(InvalidRegistrationResponse):
        register(db, "bob", Passkey().create(CHALLENGE, origin="https://evil.example"), CHALLENGE)
    with pytest.raises(sqlite3.IntegrityError):
        register(db, "bob", passkey.create(CHALLENGE), CHALLENGE)
    assert login(db, {"id": b64(b"unknown")}, CHALLENGE) is None
