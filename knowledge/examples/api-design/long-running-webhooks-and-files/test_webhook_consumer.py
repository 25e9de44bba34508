import json

from webhook_consumer import apply, open_db, receive


def message(n):
    return json.dumps({"n": n, "data": {"id": "o1", "url": "https://api.example.com/v1/orders/o1"}}).encode()


def state(db):
    return db.execute("SELECT version, state FROM orders").fetchone()


def test_the_same_message_three_times_is_stored_once():
    db = open_db()
    assert [receive(db, "m1", message(1), 0) for _ in range(3)] == [204] * 3
    assert db.execute("SELECT count(*) FROM webhook_messages").fetchone() == (1,)


def test_old_news_does_not_overwrite_new_state():
    db = open_db()
    for name in ("m1", "m2"):
        receive(db, name, message(name), 0)
    apply(db, "m2", lambda path: {"id": "o1", "version": 7, "state": "shipped"})
    apply(db, "m1", lambda path: {"id": "o1", "version": 6, "state": "paid"})
    assert state(db) == (7, "shipped")
    apply(db, "m1", lambda path: {"id": "o1", "version": 8, "state": "returned"})
    assert state(db) == (8, "returned")


def test_credentials_never_go_where_the_body_points():
    db, asked = open_db(), []
    receive(db, "m1", json.dumps({"data": {"id": "../x?y", "url": "https://attacker.example/"}}).encode(), 0)
    apply(db, "m1", lambda path: asked.append(path) or {"id": "o1", "version": 1, "state": "paid"})
    assert asked == ["/v1/orders/..%2Fx%3Fy"]
