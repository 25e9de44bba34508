"""Old and new release run side by side in every step of a column rename; each wrong order of steps fails."""

import os
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", minversion="2.1")
pytest.importorskip("alembic")
from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402
from backfill_names import backfill  # noqa: E402
from sqlalchemy import Engine, create_engine, text  # noqa: E402
from sqlalchemy.exc import DBAPIError  # noqa: E402
from sqlalchemy.pool import StaticPool  # noqa: E402

URLS = ["sqlite://", os.environ.get("ARCHITECT_TEST_POSTGRES_URL", "")]


@pytest.fixture(params=URLS, ids=["sqlite", "postgresql"])
def engine(request):
    if not request.param:
        pytest.skip("ARCHITECT_TEST_POSTGRES_URL is not set")
    if request.param.startswith("sqlite"):
        engine = create_engine(request.param, poolclass=StaticPool)
    else:
        engine = create_engine(request.param.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as db:
            db.execute(text("DROP TABLE IF EXISTS users, alembic_version CASCADE"))
            db.execute(text("DROP FUNCTION IF EXISTS users_sync_name"))
    yield engine
    engine.dispose()


def migrate(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "rename_column"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def run(engine: Engine, sql: str, **values):
    with engine.begin() as db:
        result = db.execute(text(sql), values)
        return result.all() if result.returns_rows else result.rowcount


def old_release(engine: Engine, user: int, name: str) -> None:
    run(engine, "INSERT INTO users (id, fullname) VALUES (:id, :n)", id=user, n=name)
    assert run(engine, "SELECT fullname FROM users WHERE id = :id", id=user) == [(name,)]


def new_release(engine: Engine, user: int, name: str) -> None:
    run(engine, "INSERT INTO users (id, display_name) VALUES (:id, :n)", id=user, n=name)
    assert run(engine, "SELECT display_name FROM users WHERE id = :id", id=user) == [(name,)]


def test_three_deploys_without_a_moment_where_a_release_fails(engine) -> None:
    migrate(engine, "m01")
    for n in range(1, 6):
        old_release(engine, n, f"user {n}")

    migrate(engine, "m02")  # deploy 1: expand
    old_release(engine, 10, "written by old")
    new_release(engine, 11, "written by new")
    assert run(engine, "SELECT display_name, fullname FROM users WHERE id > 9 ORDER BY id") == [
        ("written by old", "written by old"), ("written by new", "written by new")]

    run(engine, "UPDATE users SET fullname = fullname WHERE id = 3")  # an ORM saves without a change, before the backfill
    assert run(engine, "SELECT fullname FROM users WHERE id = 3") == [("user 3",)]

    with pytest.raises(RuntimeError, match="5 rows differ"):
        migrate(engine, "m03")  # contract before the backfill is refused and changes nothing
    old_release(engine, 12, "still works")

    assert backfill(engine, batch=2, pause=0) == 5
    assert backfill(engine, batch=2, pause=0) == 0, "a second run finds nothing to do"
    run(engine, "UPDATE users SET fullname = 'by old' WHERE id = 1")
    run(engine, "UPDATE users SET display_name = 'by new' WHERE id = 2")
    assert run(engine, "SELECT display_name, fullname FROM users WHERE id < 3 ORDER BY id") == [
        ("by old", "by old"), ("by new", "by new")]

    migrate(engine, "m03")  # deploy 3: contract
    new_release(engine, 20, "new only")
    with pytest.raises(DBAPIError):
        old_release(engine, 21, "too old")


def test_a_plain_rename_breaks_the_release_that_is_still_running(engine) -> None:
    migrate(engine, "m01")
    old_release(engine, 1, "works")
    run(engine, "ALTER TABLE users RENAME COLUMN fullname TO display_name")
    with pytest.raises(DBAPIError):
        old_release(engine, 2, "fails until every instance runs the new code")


def test_migrations_run_once_in_order(engine) -> None:
    migrate(engine, "m02")
    migrate(engine, "m02")
    assert run(engine, "SELECT version_num FROM alembic_version") == [("m02",)]
