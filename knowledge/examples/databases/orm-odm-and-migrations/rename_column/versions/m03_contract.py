"""Contract: the old name goes, when no running release reads or writes it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "m03", "m02"


# region contract
# Deploy 3: days later, when the last release that knows fullname can no longer come back by a rollback.
def upgrade() -> None:
    left = op.get_bind().scalar(sa.text("SELECT count(*) FROM users WHERE display_name IS DISTINCT FROM fullname"))
    if left:
        raise RuntimeError(f"{left} rows differ; finish the backfill first")  # stops the deployment, changes nothing
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '2s'")
        op.execute("DROP TRIGGER users_sync_name ON users")
        op.execute("DROP FUNCTION users_sync_name")
    else:
        for name in ("users_sync_insert", "users_sync_old", "users_sync_new"):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_column("users", "fullname")


def downgrade() -> None:
    raise RuntimeError("the old column is gone: go forward with a new revision")
# endregion
