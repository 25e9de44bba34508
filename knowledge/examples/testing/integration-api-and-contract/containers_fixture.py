"""Needs a container engine. Run by hand or in CI, not in the offline suite."""

import pytest
from sqlalchemy import create_engine
from testcontainers.community.postgres import PostgresContainer


# region container
@pytest.fixture(scope="session")  # once per run; the tests get isolation from transactions, not from new servers
def engine():
    postgres = PostgresContainer("postgres:18", driver="psycopg").with_tmpfs_mount("/var/lib/postgresql")
    postgres.with_command("postgres -c fsync=off -c full_page_writes=off -c synchronous_commit=off")  # throw-away data
    with postgres:  # waits until a query succeeds, not until the port is open
        engine = create_engine(postgres.get_connection_url())
        run_migrations(engine)  # the real ones: alembic upgrade head
        yield engine
        engine.dispose()
# endregion container


def run_migrations(engine) -> None:
    from alembic import command, config

    with engine.begin() as connection:
        settings = config.Config("alembic.ini")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
