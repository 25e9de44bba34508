from order_actions import act, open_db


def test_cancel_happens_once_and_may_be_repeated():
    db = open_db()
    assert act(db, "o1", "cancel") == (200, {"id": "o1", "state": "cancelled"})
    assert act(db, "o1", "cancel")[0] == 200
    assert db.execute("SELECT count(*) FROM order_events").fetchone() == (1,)


def test_a_forbidden_transition_is_a_conflict_that_names_the_state():
    db = open_db()
    status, body = act(db, "o2", "ship")
    assert status == 409 and body["state"] == "pending"
    act(db, "o1", "ship")
    assert act(db, "o1", "cancel")[0] == 409


def test_unknown_order():
    assert act(open_db(), "zz", "cancel")[0] == 404
