import random

import pytest

from delta_sync import TokenExpired, changes_since, full_sync, open_db


def sync(db, copy, token, limit=100):
    while True:
        delta = changes_since(db, token, limit)
        copy.update({c["id"]: c["name"] for c in delta["changed"]})
        for gone in delta["removed"]:
            copy.pop(gone, None)
        token = delta["token"]
        if not delta["more"]:
            return token


def state(db):
    return {r["id"]: r["name"] for r in db.execute("SELECT id, name FROM contacts")}


def test_copy_follows_inserts_updates_and_deletes():
    db = open_db()
    db.execute("INSERT INTO contacts VALUES ('a', 'Ann'), ('b', 'Bob')")
    copy, token = full_sync(db)
    db.execute("UPDATE contacts SET name = 'Anna' WHERE id = 'a'")
    db.execute("DELETE FROM contacts WHERE id = 'b'")
    db.execute("INSERT INTO contacts VALUES ('c', 'Cid')")
    delta = changes_since(db, token)
    assert delta["removed"] == ["b"] and {c["id"] for c in delta["changed"]} == {"a", "c"}
    sync(db, copy, token)
    assert copy == state(db)


def test_random_walk_with_tiny_pages():
    db, rng = open_db(), random.Random(7)
    copy, token = full_sync(db)
    for step in range(300):
        key = rng.choice("abcdefgh")
        if rng.random() < 0.3:
            db.execute("DELETE FROM contacts WHERE id = ?", (key,))
        else:
            db.execute("INSERT INTO contacts VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name", (key, str(step)))
        if step % 17 == 0:
            token = sync(db, copy, token, limit=2)
    sync(db, copy, token, limit=2)
    assert copy == state(db)


def test_repeating_a_delta_is_harmless():
    db = open_db()
    copy, token = full_sync(db)
    db.execute("INSERT INTO contacts VALUES ('a', 'Ann')")
    sync(db, copy, token)
    sync(db, copy, token)
    assert copy == {"a": "Ann"}


def test_token_older_than_the_log_is_refused():
    db = open_db()
    db.execute("INSERT INTO contacts VALUES ('a', 'Ann'), ('b', 'Bob'), ('c', 'Cid')")
    db.execute("DELETE FROM changes WHERE seq <= 2")
    assert changes_since(db, 2)["token"] == 3
    with pytest.raises(TokenExpired):
        changes_since(db, 1)
    db.execute("DELETE FROM changes")
    with pytest.raises(TokenExpired):
        changes_since(db, 2)
    assert changes_since(db, 3)["changed"] == []
