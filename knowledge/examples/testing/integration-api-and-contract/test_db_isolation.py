import os
import sqlite3

import pytest
from db_isolation import clone_template, rolled_back
from sqlalchemy import create_engine, event, text

URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")


def sqlite_engine(path):
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))  # savepoints need it
    return engine


@pytest.fixture
def engine(tmp_path):
    engine = sqlite_engine(tmp_path / "test.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE rooms (name TEXT PRIMARY KEY)"))
    yield engine
    engine.dispose()


def count(engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM rooms"))


def test_commits_of_the_code_under_test_are_undone(engine) -> None:
    with rolled_back(engine) as session:
        session.execute(text("INSERT INTO rooms VALUES ('204')"))
        session.commit()
        session.execute(text("INSERT INTO rooms VALUES ('205')"))
        session.rollback()
        assert session.scalar(text("SELECT count(*) FROM rooms")) == 1
    assert count(engine) == 0


def test_without_it_rows_leak_into_the_next_test(engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO rooms VALUES ('204')"))
    assert count(engine) == 1


def test_sqlite_accepts_what_postgresql_refuses() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE rooms (beds INTEGER, name VARCHAR(3))")
    db.execute("INSERT INTO rooms VALUES ('many', 'far too long')")  # PostgreSQL: two errors
    assert db.execute("SELECT beds, name FROM rooms").fetchone() == ("many", "far too long")
    db.close()


@pytest.mark.skipif(not URL, reason="needs ARCHITECT_TEST_POSTGRES_URL")
def test_template_clone_on_postgresql() -> None:
    import psycopg

    with psycopg.connect(URL, autocommit=True) as admin:
        admin.execute('DROP DATABASE IF EXISTS "rooms_template" WITH (FORCE)')
        admin.execute("CREATE DATABASE rooms_template")
        base = URL.rsplit("/", 1)[0]
        with psycopg.connect(f"{base}/rooms_template") as db:
            db.execute("CREATE TABLE rooms (beds INTEGER, name VARCHAR(3))")
            with pytest.raises(psycopg.errors.ObjectInUse), psycopg.connect(URL, autocommit=True) as other:
                db.commit()
                clone_template(other, "rooms_template", "rooms_w1")  # a connection is still open
        clone_template(admin, "rooms_template", "rooms_w1")
        with psycopg.connect(f"{base}/rooms_w1") as db:
            for bad in ("('many', 'x')", "(1, 'far too long')"):
                with pytest.raises(psycopg.errors.DataError), db.transaction():
                    db.execute(f"INSERT INTO rooms VALUES {bad}")
        admin.execute('DROP DATABASE "rooms_w1" WITH (FORCE)')
        admin.execute('DROP DATABASE "rooms_template" WITH (FORCE)')
