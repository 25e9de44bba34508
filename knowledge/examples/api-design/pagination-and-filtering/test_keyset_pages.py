import pytest

from keyset_pages import STATEMENTS, list_orders, list_orders_by_offset, open_db


def add(db, *rows):
    db.executemany("INSERT INTO orders (id, account_id, created_at, total_cents) VALUES (?, 'a', ?, ?)", rows)


@pytest.fixture
def db():
    db = open_db()
    # ids 1..20; four rows share each timestamp, as bulk imports do
    add(db, *[(i, f"2026-11-01T00:00:{(i - 1) // 4:02d}Z", i * 10 % 70) for i in range(1, 21)])
    return db


def walk(db, limit=3):
    seen, after = [], None
    while True:
        page, after = list_orders(db, "a", after, limit)
        seen += [r["id"] for r in page]
        if after is None:
            return seen


def test_every_row_once_although_timestamps_repeat(db):
    assert walk(db) == list(range(20, 0, -1))


def test_limit_is_clamped_above_and_refused_below(db):
    assert len(list_orders(db, "a", None, 10_000)[0]) == 20
    for bad in (0, -1):
        with pytest.raises(ValueError):
            list_orders(db, "a", None, bad)


def test_without_tie_breaker_rows_are_lost(db):
    seen, after = [], "9999"
    while rows := db.execute(
        "SELECT id, created_at FROM orders WHERE created_at < ? ORDER BY created_at DESC LIMIT 3", (after,)
    ).fetchall():
        seen += [r["id"] for r in rows]
        after = rows[-1]["created_at"]
    assert len(seen) == 15  # every fourth row is skipped


def test_insert_at_the_front_shifts_offset_pages_but_not_keyset_pages(db):
    offset_first = [r["id"] for r in list_orders_by_offset(db, "a", 0, 5)]
    keyset_first, after = list_orders(db, "a", None, 5)
    add(db, (21, "2026-11-02T00:00:00Z", 0), (22, "2026-11-02T00:00:00Z", 0))
    offset_second = [r["id"] for r in list_orders_by_offset(db, "a", 5, 5)]
    keyset_second, _ = list_orders(db, "a", after, 5)
    assert set(offset_first) & set(offset_second) == {17, 16}  # shown twice
    assert [r["id"] for r in keyset_second] == [15, 14, 13, 12, 11]


def test_delete_makes_offset_skip_a_row_but_not_keyset(db):
    list_orders_by_offset(db, "a", 0, 5)
    _, after = list_orders(db, "a", None, 5)
    db.execute("DELETE FROM orders WHERE id IN (20, 19)")
    assert [r["id"] for r in list_orders_by_offset(db, "a", 5, 5)][0] == 13  # 15 and 14 were never shown
    assert list_orders(db, "a", after, 5)[0][0]["id"] == 15
    db.execute("DELETE FROM orders WHERE id = 16")  # even the row the key came from
    assert list_orders(db, "a", after, 5)[0][0]["id"] == 15


def test_a_changed_sort_key_moves_a_row_under_the_reader(db):
    _, after = list_orders(db, "a", None, 5)
    db.execute("UPDATE orders SET created_at = '2026-11-03T00:00:00Z' WHERE id = 3")
    seen = []
    while after:
        page, after = list_orders(db, "a", after, 5)
        seen += [r["id"] for r in page]
    assert 3 not in seen  # keyset is stable only when the sort key is immutable


def plan(db, name, **params):
    params = {"account_id": "a", "limit_plus_one": 4} | params
    return " / ".join(r["detail"] for r in db.execute("EXPLAIN QUERY PLAN " + STATEMENTS[name], params))


def test_the_index_is_used_for_seek_and_order(db):
    text = plan(db, "next-page", created_at="2026-11-01T00:00:02Z", id=9)
    assert "SEARCH orders USING INDEX orders_account_created_id (account_id=? AND created_at<?" in text
    assert "TEMP B-TREE" not in text  # the index gives the order too: no sort


def test_previous_page(db):
    params = {"account_id": "a", "limit_plus_one": 3, "created_at": "2026-11-01T00:00:02Z", "id": 10}
    assert [r["id"] for r in db.execute(STATEMENTS["previous-page"], params)] == [13, 12, 11]


def test_mixed_directions_visit_every_row_once(db):
    key, seen = (10**9, 0), []
    while True:
        params = {"account_id": "a", "limit_plus_one": 3, "total_cents": key[0], "id": key[1]}
        rows = db.execute(STATEMENTS["mixed"], params).fetchall()
        if not rows:
            break
        seen += [(r["total_cents"], r["id"]) for r in rows]
        key = seen[-1]
    assert seen == sorted(seen, key=lambda k: (-k[0], k[1])) and len(seen) == len(set(seen)) == 20


def test_nulls_make_a_row_comparison_unknown(db):
    assert db.execute("SELECT (NULL, 1) < ('2026', 2)").fetchone()[0] is None


def test_count_stops_at_the_cap(db):
    assert db.execute(STATEMENTS["bounded-count"], {"account_id": "a"}).fetchone()["n"] == 20
    add(db, *[(i, "2026-11-05T00:00:00Z", 1) for i in range(1000, 3000)])
    assert db.execute(STATEMENTS["bounded-count"], {"account_id": "a"}).fetchone()["n"] == 1001
