"""Bulk loads, hand-written SQL and checks of migrations."""

import os
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", minversion="2.1")
pytest.importorskip("alembic")
from bulk_load import copy, load  # noqa: E402
from migration_checks import assert_models_match, assert_one_head, review  # noqa: E402
from orm_shop import Customer, Line, Order, open_shop, statements  # noqa: E402
from raw_queries import CustomerTotal, customer_totals  # noqa: E402
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, func, select  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402
from sqlalchemy.pool import StaticPool  # noqa: E402

URL = os.environ.get("ARCHITECT_TEST_POSTGRES_URL")
HERE = Path(__file__).parent


@pytest.fixture
def engine():
    engine = open_shop(orders=3)
    yield engine
    engine.dispose()


def test_a_bulk_load_sends_one_statement_for_each_batch(engine) -> None:
    with statements(engine) as seen:
        assert load(engine, ({"order_id": 1, "sku": f"s{n}"} for n in range(2500)), size=1000) == 2500
    assert len(seen) == 3
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Line)) == 2509


@pytest.mark.skipif(not URL, reason="ARCHITECT_TEST_POSTGRES_URL is not set")
def test_copy_loads_rows() -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(URL, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS lines_copy")
        db.execute("CREATE TABLE lines_copy (id bigint, order_id bigint, sku text)")
        copy(URL, ((n, 1, f"s{n}") for n in range(1000)))
        assert db.execute("SELECT count(*) FROM lines_copy").fetchone() == (1000,)
        db.execute("DROP TABLE lines_copy")


def test_raw_sql_sees_pending_changes_and_refuses_other_sort_keys(engine) -> None:
    with Session(engine) as session:
        session.add(Order(id=50, customer_id=2))
        top = customer_totals(session, "c2", "orders", descending=True)
        assert top == [CustomerTotal(id=2, email="c2@example.com", orders=2)]
        with pytest.raises(KeyError):
            customer_totals(session, "", "orders; DROP TABLE customers")


def test_wildcards_of_the_user_are_text(engine) -> None:
    with Session(engine) as session:
        assert customer_totals(session, "%", "email") == []
        assert customer_totals(session, "' OR 1=1 --", "email") == []
        session.add(Customer(id=9, email="50%_off!@example.com"))
        assert [c.id for c in customer_totals(session, "50%_off!", "email")] == [9]


def test_one_head_and_its_absence(tmp_path) -> None:
    assert_one_head(HERE / "rename_column")
    (tmp_path / "versions").mkdir()
    for name, parent in (("a", None), ("b", "a"), ("c", "a")):
        (tmp_path / "versions" / f"{name}.py").write_text(f"revision, down_revision = {name!r}, {parent!r}\n")
    (tmp_path / "env.py").touch()
    with pytest.raises(AssertionError, match="several heads"):
        assert_one_head(tmp_path)


def test_a_forgotten_migration_is_noticed() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata = MetaData()
    users = Table("users", metadata, Column("id", Integer, primary_key=True), Column("name", Text))
    metadata.create_all(engine)
    assert_models_match(engine, metadata)
    users.append_column(Column("phone", Text))  # the model changed, no revision was written
    with pytest.raises(AssertionError, match="add_column"):
        assert_models_match(engine, metadata)
    engine.dispose()


def test_the_reviewer_knows_the_dangerous_words() -> None:
    assert review("CREATE INDEX i ON t (a);") == ["build indexes CONCURRENTLY, in a revision of their own"]
    assert review("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);") == []
    assert review("ALTER TABLE t ADD a text;") == ["set lock_timeout before ALTER TABLE"]
    assert review("SET lock_timeout = '2s'; ALTER TABLE t ADD a text;") == []
