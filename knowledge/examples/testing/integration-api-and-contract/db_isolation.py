"""Two ways to give each test a clean database: roll back, or clone a template."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session


# region rollback
@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """Everything the test does, its commits included, vanishes at the end. One connection, one thread."""
    with engine.connect() as connection:
        outer = connection.begin()
        session = Session(connection, join_transaction_mode="create_savepoint")  # commit() ends a savepoint only
        try:
            yield session
        finally:
            session.close()
            outer.rollback()
# endregion rollback


# region template
def clone_template(admin, template: str, name: str) -> None:
    """`admin`: an autocommit connection to another database. The template must have no open connections."""
    admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # left over from a killed run
    admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
# endregion template
