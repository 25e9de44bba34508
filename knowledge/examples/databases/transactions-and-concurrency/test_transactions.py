"""Lost updates happen and are prevented; the PostgreSQL half runs when ARCHITECT_TEST_POSTGRES_URL is set."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from charge_order import DDL as ORDER_DDL
from charge_order import finish, pay, pay_inside
from read_routing import Router, lsn
from retry_tx import in_transaction
from version_column import DDL, Stale, load, save, sell, sell_wrong

URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")
needs_postgres = pytest.mark.skipif(not URL, reason="ARCHITECT_TEST_POSTGRES_URL is not set")


@pytest.fixture
def db():
    db = sqlite3.connect(":memory:")
    db.execute(DDL)
    db.execute("INSERT INTO products (id, name, stock) VALUES (1, 'Tea', 10)")
    db.commit()
    yield db
    db.close()


def stock(db) -> int:
    return db.execute("SELECT stock FROM products").fetchone()[0]


def test_read_modify_write_loses_a_sale_and_the_atomic_update_does_not(db) -> None:
    sell_wrong(db, 1, 1, between=lambda: sell_wrong(db, 1, 1))
    assert stock(db) == 9, "two sold, one counted"
    assert sell(db, 1, 1, between=lambda: sell(db, 1, 1))
    assert stock(db) == 7


def test_atomic_update_refuses_to_oversell(db) -> None:
    assert not sell(db, 1, 11)
    assert stock(db) == 10


def test_decrement_in_sql_takes_all_or_nothing_and_the_check_holds(db) -> None:
    create, take, _ = (Path(__file__).parent / "stock_decrement.sql").read_text().split(";", 2)
    db.execute(create)
    db.execute("INSERT INTO stock_items VALUES (1, 5)")
    taken = [db.execute(take, {"id": 1, "n": n}).rowcount for n in (3, 3, 2, 1)]
    assert taken == [1, 0, 1, 0], "3 of 5, not 3 of 2, then the last 2"
    assert db.execute(take, {"id": 2, "n": 1}).rowcount == 0, "no such id"
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute("UPDATE stock_items SET stock = stock - 1 WHERE id = 1")


def test_version_column_lets_the_first_save_win(db) -> None:
    mine, yours = load(db, 1), load(db, 1)
    assert save(db, {**yours, "name": "Green tea"})["version"] == 2
    with pytest.raises(Stale) as stale:
        save(db, {**mine, "name": "Black tea"})
    assert stale.value.args[0] == {"id": 1, "name": "Green tea", "version": 2}, "what the client needs to merge"


def test_save_without_version_in_where_overwrites(db) -> None:
    mine = load(db, 1)
    save(db, {**load(db, 1), "name": "Green tea"})
    db.execute("UPDATE products SET name = ? WHERE id = ?", ("Black tea", mine["id"]))
    assert load(db, 1)["name"] == "Black tea"


class Provider:
    def __init__(self) -> None:
        self.charges: dict[str, str] = {}

    def __call__(self, key: str) -> str:
        return self.charges.setdefault(key, f"ch_{len(self.charges) + 1}")


@pytest.fixture
def shared(tmp_path):
    path = str(tmp_path / "orders.db")
    connections = [sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2)]
    connections[0].executescript(ORDER_DDL)
    yield connections
    for connection in connections:
        connection.close()


def test_a_call_inside_the_transaction_blocks_the_others(shared) -> None:
    ours, other = shared

    def slow_provider(_key: str) -> str:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("UPDATE orders SET status = 'cancelled' WHERE id = 'o1'")
        return "ch_1"

    pay_inside(ours, "o1", slow_provider)


def test_claim_call_record_holds_no_lock_and_charges_once(shared) -> None:
    ours, other = shared
    provider = Provider()

    def slow_provider(key: str) -> str:
        other.execute("UPDATE orders SET charge_id = NULL WHERE id = 'o1'")  # not blocked
        assert pay(other, "o1", provider) == "already being paid"
        return provider(key)

    assert pay(ours, "o1", slow_provider) == "paid"
    assert len(provider.charges) == 1


def test_a_crash_after_the_charge_is_repaired_without_a_second_charge(shared) -> None:
    db, _ = shared
    provider = Provider()

    def dies_after_charging(key: str) -> str:
        provider(key)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        pay(db, "o1", dies_after_charging)
    assert db.execute("SELECT status FROM orders").fetchone() == ("paying",)
    assert finish(db, "o1", provider) == "paid"  # the sweeper
    assert provider.charges == {"charge-o1": "ch_1"}


class Failure(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


class FakeConnection:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def transaction(self):
        return self


@pytest.mark.parametrize(("sqlstate", "calls"), [("40001", 3), ("40P01", 3), ("23505", 1)])
def test_only_transaction_failures_are_retried(sqlstate, calls) -> None:
    seen = []

    def work(_db):
        seen.append(1)
        raise Failure(sqlstate)

    with pytest.raises(Failure):
        in_transaction(FakeConnection, work, tries=3, base=0)
    assert len(seen) == calls


class Server:
    def __init__(self, position: str | None) -> None:
        self.position = position

    def query(self, _sql: str) -> str | None:
        return self.position


def test_a_reader_goes_to_a_replica_only_when_it_has_the_write() -> None:
    marks: dict[str, str] = {}
    behind, primary = Server("0/FFFFFF"), Server("1/0")
    router = Router(primary, [Server(None), behind], marks.__setitem__, marks.get)
    assert router.for_reading("bob") is router.replicas[0], "has written nothing: any replica will do"
    router.write("ada", lambda _db: None)
    assert router.for_reading("ada") is primary
    behind.position = "1/1"
    assert router.for_reading("ada") is behind
    assert lsn("10/0") > lsn("9/0") and "10/0" < "9/0", "positions compare as numbers, not as text"


@needs_postgres
@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        ("lost-update-rc", 9),
        ("lost-update-rr", "40001"),
        ("write-skew-rr", 0),
        ("write-skew-ser", "40001"),
        ("deadlock", "40P01"),
    ],
)
def test_anomalies_on_postgresql(case, outcome) -> None:
    pytest.importorskip("psycopg")
    from anomalies import play

    assert play(case, URL, say=lambda _line: None) == outcome


@needs_postgres
def test_retried_serializable_transactions_keep_the_rule() -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(URL, autocommit=True) as admin:
        admin.execute("DROP TABLE IF EXISTS duty")
        admin.execute("CREATE TABLE duty (name text PRIMARY KEY, on_call boolean NOT NULL)")
        admin.execute("INSERT INTO duty VALUES ('ada', true), ('bob', true)")
    both_have_read = threading.Barrier(2, timeout=5)
    tries: list[str] = []

    def connect():
        connection = psycopg.connect(URL, autocommit=True)
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        return connection

    def leave(name: str) -> None:
        def work(db):
            tries.append(name)
            (others,) = db.execute("SELECT count(*) FROM duty WHERE on_call AND name <> %s", (name,)).fetchone()
            if tries.count(name) == 1:
                both_have_read.wait()
            if others:
                db.execute("UPDATE duty SET on_call = false WHERE name = %s", (name,))

        in_transaction(connect, work)

    threads = [threading.Thread(target=leave, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with psycopg.connect(URL, autocommit=True) as admin:
        assert admin.execute("SELECT count(*) FROM duty WHERE on_call").fetchone() == (1,)
        admin.execute("DROP TABLE duty")
    assert len(tries) == 3, "one of the two read again"


@needs_postgres
def test_only_a_snapshot_or_a_write_holds_vacuum_back() -> None:
    pytest.importorskip("psycopg")
    from idle_holders import play

    removable = {name: " 0 are dead but not yet removable" in tuples for name, (_, tuples) in play(URL).items()}
    assert removable == {
        "read committed, has only read": True,
        "read committed, has written": False,
        "repeatable read, has only read": False,
    }
