import sqlite3

import pytest
from refresh_rotation import SCHEMA, InvalidGrant, RefreshTokens


@pytest.fixture
def tokens():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    clock = [0.0]
    store = RefreshTokens(db, lambda: clock[0])
    store.clock = clock
    yield store
    db.close()


# region theft
def test_theft_ends_the_login_for_thief_and_client(tokens: RefreshTokens) -> None:
    stolen = tokens.start("app")
    thief = tokens.rotate(stolen, "app")  # the thief is first
    with pytest.raises(InvalidGrant):
        tokens.rotate(stolen, "app")  # the client comes second and is detected as reuse
    with pytest.raises(InvalidGrant):
        tokens.rotate(thief, "app")  # the thief's new token is dead too
# endregion


def test_other_logins_of_the_user_go_on(tokens: RefreshTokens) -> None:
    phone, laptop = tokens.start("app"), tokens.start("app")
    tokens.rotate(phone, "app")
    with pytest.raises(InvalidGrant):
        tokens.rotate(phone, "app")
    assert tokens.rotate(laptop, "app")


def test_rotation_never_extends_the_login(tokens: RefreshTokens) -> None:
    token = tokens.start("app", lifetime=3600)
    for _ in range(5):
        tokens.clock[0] += 600
        token = tokens.rotate(token, "app")
    tokens.clock[0] += 600
    with pytest.raises(InvalidGrant):
        tokens.rotate(token, "app")


def test_another_client_and_unknown_tokens(tokens: RefreshTokens) -> None:
    with pytest.raises(InvalidGrant):
        tokens.rotate(tokens.start("app"), "other")
    with pytest.raises(InvalidGrant):
        tokens.rotate("made-up", "app")


def test_tokens_are_stored_hashed(tokens: RefreshTokens) -> None:
    token = tokens.start("app")
    assert token not in "".join(tokens.db.iterdump())
