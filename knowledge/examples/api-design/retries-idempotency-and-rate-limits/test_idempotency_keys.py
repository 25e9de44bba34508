import sqlite3
import threading

import pytest
from fastapi.testclient import TestClient

import idempotency_keys as ik


@pytest.fixture
def path(tmp_path):
    path = str(tmp_path / "shop.db")
    db = sqlite3.connect(path)
    db.executescript(ik.SCHEMA)
    db.close()
    return path


def count(path, table="orders"):
    db = sqlite3.connect(path)
    try:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        db.close()


def post(client, key, body=b'{"sku":"A1","quantity":2}', account="acme"):
    headers = {"x-account": account, "content-type": "application/json"}
    if key is not None:
        headers["idempotency-key"] = key
    return client.post("/orders", content=body, headers=headers)


def test_a_repeat_gets_the_first_reply_and_no_second_order(path):
    client = TestClient(ik.build_app(path))
    first, second = post(client, "k1"), post(client, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers and second.headers["idempotent-replayed"] == "true"
    assert count(path) == 1


def test_quoted_and_bare_keys_are_the_same_key(path):
    client = TestClient(ik.build_app(path))
    assert post(client, '"k1"').content == post(client, "k1").content
    assert count(path) == 1


def test_missing_key_is_400_and_a_changed_body_is_422(path):
    client = TestClient(ik.build_app(path))
    assert post(client, None).status_code == 400
    assert post(client, "k1").status_code == 201
    changed = post(client, "k1", b'{"sku":"A1","quantity":3}')
    assert changed.status_code == 422
    assert changed.headers["content-type"] == "application/problem+json"
    assert count(path) == 1


def test_two_tenants_may_use_the_same_key(path):
    client = TestClient(ik.build_app(path))
    assert post(client, "k1", account="acme").content != post(client, "k1", account="globex").content
    assert count(path) == 2


def test_a_crash_before_commit_leaves_neither_key_nor_order(path):
    crash = {"on": True}

    def before_commit():
        if crash["on"]:
            raise RuntimeError("process died")

    client = TestClient(ik.build_app(path, before_commit), raise_server_exceptions=False)
    assert post(client, "k1").status_code == 500
    assert (count(path), count(path, "idempotency_keys")) == (0, 0)
    crash["on"] = False
    assert post(client, "k1").status_code == 201
    assert count(path) == 1


def race(call, n=4):
    threads = [threading.Thread(target=call) for _ in range(n)]
    [t.start() for t in threads]
    [t.join() for t in threads]


def test_concurrent_twins_create_one_order(path):
    replies, lock = [], threading.Lock()

    def call():
        db = ik.connect(path)
        try:
            reply = ik.run_once(db, "acme", "k1", "h", lambda db: (
                db.execute("INSERT INTO orders VALUES (hex(randomblob(8)), 'acme', 'A1', 1)"), (201, "{}"))[1])
        finally:
            db.close()
        with lock:
            replies.append(reply)

    race(call)
    assert count(path) == 1
    assert sorted(replayed for *_, replayed in replies) == [False, True, True, True]


def test_check_then_insert_makes_two_orders(path):
    """The bug: both requests pass the check before either inserts."""
    both_checked = threading.Barrier(2, timeout=5)

    def call():
        db = ik.connect(path)
        seen = db.execute("SELECT 1 FROM idempotency_keys WHERE key = 'k1'").fetchone()
        both_checked.wait()
        if not seen:
            db.execute("INSERT INTO orders VALUES (hex(randomblob(8)), 'acme', 'A1', 1)")
            db.execute("INSERT OR IGNORE INTO idempotency_keys VALUES ('acme', 'k1', 'h', 201, '{}', 0)")
        db.close()

    race(call, 2)
    assert count(path) == 2


def test_purge_keeps_young_keys(path):
    db = ik.connect(path)
    db.executemany("INSERT INTO idempotency_keys VALUES ('acme', ?, 'h', 201, '{}', ?)",
                   [("old", 0), ("young", 2**40)])
    assert ik.purge(db, batch=1) == 1
    assert db.execute("SELECT key FROM idempotency_keys").fetchall() == [("young",)]
    db.close()
