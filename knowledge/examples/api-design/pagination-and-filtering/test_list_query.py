import sqlite3

import pytest

from list_query import BadQuery, order_by, vulnerable_order_by, where


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:")
    db.executescript(
        """
        CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id TEXT, created_at TEXT, total_cents INTEGER, status TEXT);
        CREATE TABLE users (name TEXT, api_key TEXT);
        INSERT INTO users VALUES ('admin', 'k7');
        INSERT INTO orders VALUES
          (1, 'acme', '2026-11-01T10:00:00+00:00', 500, 'open'),
          (2, 'acme', '2026-11-02T10:00:00+00:00', 300, 'paid'),
          (3, 'acme', '2026-11-02T10:00:00+00:00', 300, 'void'),
          (4, 'globex', '2026-11-02T10:00:00+00:00', 900, 'paid');
        """
    )
    return db


def ids(db, query=None, sort="-created_at"):
    clause, values = where("acme", (query or {}).items())
    return [r[0] for r in db.execute(f"SELECT o.id FROM orders o {clause} {order_by(sort)}", values)]


def test_sorts_with_tie_breaker(db):
    assert ids(db) == [3, 2, 1]
    assert ids(db, sort="total") == [2, 3, 1]


def steal_by_ordering(db, build):
    """Reads the first letter of a secret from nothing but the order of the rows."""
    for letter in "abcdefghijklmnopqrstuvwxyz":
        attack = f"CASE WHEN (SELECT substr(api_key, 1, 1) FROM users) = '{letter}' THEN -o.id ELSE o.id END"
        rows = [r[0] for r in db.execute(f"SELECT o.id FROM orders o {build(attack)}")]
        if rows[0] == 4:
            return letter
    return None


def test_injection_through_sort_works_on_the_vulnerable_version(db):
    assert steal_by_ordering(db, vulnerable_order_by) == "k"


def test_and_fails_on_the_allow_list(db):
    with pytest.raises(BadQuery):
        steal_by_ordering(db, order_by)


def test_a_bound_parameter_does_not_sort(db):
    plain = [r[0] for r in db.execute("SELECT id FROM orders ORDER BY total_cents, id")]
    bound = [r[0] for r in db.execute("SELECT id FROM orders ORDER BY ?, id", ("total_cents",))]
    assert plain == [2, 3, 1, 4] and bound == [1, 2, 3, 4]  # it sorts by a constant string, that is, not at all


def test_filters(db):
    assert ids(db, {"status": "paid,open"}) == [2, 1]
    assert ids(db, {"created_at[gte]": "2026-11-02T00:00:00+00:00", "total[gte]": "300"}) == [3, 2]


def test_values_are_data(db):
    with pytest.raises(BadQuery):
        where("acme", [("status", "paid') OR 1=1 --")])
    clause, values = where("acme' OR '1'='1", [])
    assert db.execute(f"SELECT count(*) FROM orders o {clause}", values).fetchone()[0] == 0


@pytest.mark.parametrize(
    "name, text",
    [
        ("account_id", "globex"),
        ("password", "x"),
        ("total[gte]", "-1"),
        ("total[gte]", "9" * 30),
        ("created_at[gte]", "2026-11-02T00:00:00"),
        ("status", ",".join(["paid"] * 21)),
    ],
)
def test_refused(name, text):
    with pytest.raises(BadQuery) as caught:
        where("acme", [(name, text)])
    assert caught.value.parameter == name


def test_repeated_parameter_is_refused():
    with pytest.raises(BadQuery, match="more than once"):
        where("acme", [("status", "paid"), ("status", "open")])


def test_offsets_are_compared_as_instants(db):
    assert ids(db, {"created_at[gte]": "2026-11-02T11:30:00+01:00"}) == []  # 10:30 UTC
    assert ids(db, {"created_at[gte]": "2026-11-02T11:00:00+01:00"}) == [3, 2]
