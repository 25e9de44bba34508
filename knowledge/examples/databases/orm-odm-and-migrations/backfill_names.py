"""The backfill between expand and contract: small transactions, restartable, throttled. Python 3.11, SQLAlchemy 2.1."""

import time

from sqlalchemy import Engine, text


# region backfill
def backfill(engine: Engine, batch: int = 1000, pause: float = 0.1, after: int = 0) -> int:
    """Not a migration: a job that can be stopped and started again. Returns the number of rows it filled."""
    filled = 0
    while True:
        with engine.begin() as db:  # one short transaction for each batch
            ids = db.scalars(
                text("SELECT id FROM users WHERE id > :after ORDER BY id LIMIT :batch"), {"after": after, "batch": batch}
            ).all()
            if not ids:
                return filled
            filled += db.execute(
                text("UPDATE users SET display_name = fullname WHERE id > :low AND id <= :high AND display_name IS NULL"),
                {"low": after, "high": ids[-1]},
            ).rowcount
        after = ids[-1]  # keyset, not OFFSET; log it, and a restart continues here
        time.sleep(pause)  # replicas, vacuum and other writers need air
# endregion
