import sqlite3

import pytest
from user_identity import SCHEMA, NotAllowed, link, user_by_email, user_by_subject

ANN = {"iss": "https://id.example.com", "sub": "a1", "email": "ann@example.com", "email_verified": True}


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


# region takeover
def test_takeover_by_email_works_on_the_vulnerable_lookup_only(db: sqlite3.Connection) -> None:
    ann = user_by_subject(db, ANN)
    # a tenant administrator elsewhere sets any mail address he likes on his own account
    mallory = {"iss": "https://other.example", "sub": "m9", "email": "ann@example.com", "email_verified": False}
    assert user_by_email(db, mallory) == ann  # account taken over
    assert user_by_subject(db, mallory) != ann
# endregion


def test_same_subject_of_another_issuer_is_another_person_and_a_new_address_is_the_same(db) -> None:
    ann = user_by_subject(db, ANN)
    assert user_by_subject(db, ANN | {"iss": "https://other.example"}) != ann
    assert user_by_subject(db, ANN | {"email": "ann.b@example.com"}) == ann
    assert db.execute("SELECT email FROM person WHERE id = ?", (ann,)).fetchone()[0] == "ann.b@example.com"
    user_by_subject(db, ANN | {"email": "unproven@example.com", "email_verified": False})
    assert db.execute("SELECT email FROM person WHERE id = ?", (ann,)).fetchone()[0] == "ann.b@example.com"


def test_an_unproven_address_is_not_stored(db) -> None:
    new = user_by_subject(db, {"iss": "https://other.example", "sub": "n1", "email": "ann@example.com"})
    assert db.execute("SELECT email FROM person WHERE id = ?", (new,)).fetchone()[0] is None


def test_linking_needs_a_fresh_login_and_takes_nothing_from_others(db) -> None:
    ann = user_by_subject(db, ANN)
    other = {"iss": "https://other.example", "sub": "o1"}
    with pytest.raises(NotAllowed):
        link(db, ann, 3_600, other)
    link(db, ann, 60, other)
    assert user_by_subject(db, other) == ann
    bob = user_by_subject(db, {"iss": "https://other.example", "sub": "b1"})
    with pytest.raises(NotAllowed):
        link(db, bob, 60, ANN)
    assert user_by_subject(db, ANN) == ann
