import pytest

from dry_run import Rejected, open_db, transfer


def rows(db):
    return db.execute("SELECT balance FROM accounts ORDER BY id").fetchall(), db.execute("SELECT * FROM outbox").fetchall()


def test_the_preview_shows_the_result_and_leaves_no_trace():
    db = open_db()
    assert transfer(db, "a", "b", 30, True) == {"validated": True, "balances": {"a": 70, "b": 30}}
    assert rows(db) == ([(100,), (0,)], [])


def test_the_real_run_gives_the_same_answer():
    db = open_db()
    preview = transfer(db, "a", "b", 30, True)["balances"]
    assert transfer(db, "a", "b", 30, False)["balances"] == preview
    assert rows(db) == ([(70,), (30,)], [("transfer.done",)])


@pytest.mark.parametrize("mode", [True, False])
def test_both_modes_refuse_alike(mode):
    db = open_db()
    with pytest.raises(Rejected):
        transfer(db, "a", "b", 500, mode)
    with pytest.raises(Rejected):
        transfer(db, "a", "zz", 5, mode)
    with pytest.raises(Rejected):
        transfer(db, "b", "a", -50, mode)
    assert rows(db) == ([(100,), (0,)], [])
