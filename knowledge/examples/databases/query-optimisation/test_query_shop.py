"""Each rule of the guide, measured in plans, statements and virtual-machine steps."""

import pytest
from query_shop import CUSTOMERS, assert_plan, cost, open_shop, plan, totals_as_a_set, totals_in_a_loop

RECENT = "SELECT id FROM orders WHERE customer_id = ? AND status = 'paid' ORDER BY created_at DESC LIMIT 20"


@pytest.fixture
def db():
    db = open_shop()
    yield db
    db.close()


def test_the_right_index_removes_scan_and_sort(db) -> None:
    before = cost(db, RECENT, 42)
    assert "SCAN orders" in plan(db, RECENT, 42)
    assert "TEMP B-TREE" in plan(db, RECENT, 42)
    db.execute("CREATE INDEX orders_recent ON orders (customer_id, status, created_at DESC)")
    assert plan(db, RECENT, 42) == "SEARCH orders USING COVERING INDEX orders_recent (customer_id=? AND status=?)"
    assert cost(db, RECENT, 42) * 100 < before


def test_equality_first_then_range(db) -> None:
    sql = "SELECT id FROM orders WHERE customer_id = ? AND created_at BETWEEN 2000 AND 8000"
    db.execute("CREATE INDEX range_first ON orders (created_at, customer_id)")
    assert plan(db, sql, 42).endswith("range_first (created_at>? AND created_at<?)"), "customer_id does not narrow"
    wide = cost(db, sql, 42)
    db.execute("DROP INDEX range_first")
    db.execute("CREATE INDEX equality_first ON orders (customer_id, created_at)")
    assert plan(db, sql, 42).endswith("(customer_id=? AND created_at>? AND created_at<?)")
    assert cost(db, sql, 42) * 50 < wide


def test_a_function_hides_the_column_from_the_index(db) -> None:
    sql = "SELECT id FROM customers WHERE lower(email) = ?"
    db.execute("CREATE INDEX plain ON customers (email)")
    assert plan(db, sql, "user42@example.com").startswith("SCAN customers")
    db.execute("CREATE UNIQUE INDEX lowered ON customers (lower(email))")
    assert plan(db, sql, "user42@example.com").startswith("SEARCH customers USING INDEX lowered")


def test_partial_index_serves_only_its_predicate(db) -> None:
    db.execute("CREATE INDEX waiting ON orders (created_at) WHERE status = 'pending'")
    assert "waiting" in plan(db, "SELECT id FROM orders WHERE status = 'pending' ORDER BY created_at LIMIT 10")
    assert "waiting" not in plan(db, "SELECT id FROM orders WHERE status = 'paid' ORDER BY created_at LIMIT 10")


def test_offset_walks_and_keyset_seeks_with_equal_pages(db) -> None:
    db.execute("CREATE INDEX newest ON orders (created_at DESC, id DESC)")
    offset = "SELECT created_at, id FROM orders ORDER BY created_at DESC, id DESC LIMIT 20 OFFSET 15000"
    seek = """SELECT created_at, id FROM orders WHERE (created_at, id) < (?, ?)
              ORDER BY created_at DESC, id DESC LIMIT 20"""
    last = db.execute(offset.replace("20 OFFSET 15000", "1 OFFSET 14999")).fetchone()
    assert db.execute(offset).fetchall() == db.execute(seek, last).fetchall()
    assert cost(db, seek, *last) * 100 < cost(db, offset)


def test_timestamp_alone_as_cursor_loses_rows(db) -> None:
    page = db.execute("SELECT created_at, id FROM orders ORDER BY created_at DESC, id DESC LIMIT 20").fetchall()
    lost = db.execute("SELECT count(*) FROM orders WHERE created_at = ? AND id < ?", page[-1]).fetchone()[0]
    assert lost == 1, "two orders share each second; '< created_at' would skip the second of them"


def test_set_equals_loop_in_one_statement(db) -> None:
    wanted = [*range(1, CUSTOMERS + 1), 9999, 1]
    seen: list[str] = []
    db.set_trace_callback(seen.append)
    loop = totals_in_a_loop(db, wanted)
    in_loop = len(seen)
    as_set = totals_as_a_set(db, wanted)
    db.set_trace_callback(None)
    assert as_set == loop
    assert as_set[9999] == 0
    assert (in_loop, len(seen) - in_loop) == (CUSTOMERS + 2, 2)  # 501 distinct ids in chunks of 500


def test_plan_guard(db) -> None:
    with pytest.raises(AssertionError, match="SCAN orders"):
        assert_plan(db, RECENT, 42, index="orders_recent")
    db.execute("CREATE INDEX orders_recent ON orders (customer_id, status, created_at DESC)")
    assert_plan(db, RECENT, 42, index="orders_recent")
    db.execute("DROP INDEX orders_recent")
    db.execute("CREATE INDEX orders_recent ON orders (customer_id)")  # "simplified" by a colleague
    with pytest.raises(AssertionError, match="TEMP B-TREE"):
        assert_plan(db, RECENT, 42, index="orders_recent")


def test_exists_stops_at_the_first_row(db) -> None:
    count = cost(db, "SELECT count(*) > 0 FROM orders WHERE status = 'paid'")
    assert cost(db, "SELECT EXISTS (SELECT 1 FROM orders WHERE status = 'paid')") * 100 < count


def test_statistics_change_the_chosen_index(db) -> None:
    db.execute("CREATE INDEX by_status ON orders (status)")
    db.execute("CREATE INDEX by_customer ON orders (customer_id)")
    sql = "SELECT total_cents FROM orders WHERE status = 'paid' AND customer_id = 42"
    db.execute("ANALYZE")
    assert "by_customer" in plan(db, sql), "40 rows against 19,980"
