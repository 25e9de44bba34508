import sqlite3

import pytest

from event_store import SCHEMA, Conflict, append, load, withdraw


@pytest.fixture
def db():
    connection = sqlite3.connect(":memory:")
    connection.execute(SCHEMA)
    append(connection, "a1", 0, "deposited", {"cents": 100})
    yield connection
    connection.close()


def test_state_is_the_fold_of_the_history(db):
    withdraw(db, "a1", 30)
    assert load(db, "a1") == (2, 70)


def test_two_decisions_on_the_same_version_cannot_both_be_stored(db):
    version, balance = load(db, "a1")
    assert balance >= 80
    withdraw(db, "a1", 80)                                        # the other request was faster
    with pytest.raises(Conflict):
        append(db, "a1", version, "withdrawn", {"cents": 80})
    assert load(db, "a1") == (2, 20)


def test_the_rule_is_checked_against_the_history(db):
    with pytest.raises(ValueError):
        withdraw(db, "a1", 101)
    assert load(db, "a1") == (1, 100)
