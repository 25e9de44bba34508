"""Expand: add the new name and keep both in step inside the database."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "m02", "m01"


# region expand
# Deploy 1, before any new code. Old code keeps writing fullname, new code writes display_name; triggers copy both ways.
POSTGRESQL = """
CREATE FUNCTION users_sync_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.display_name := coalesce(NEW.display_name, NEW.fullname);
        NEW.fullname     := coalesce(NEW.fullname, NEW.display_name);
    ELSIF NEW.fullname IS DISTINCT FROM OLD.fullname THEN           -- old code wrote
        NEW.display_name := NEW.fullname;
    ELSIF NEW.display_name IS DISTINCT FROM OLD.display_name THEN   -- new code, or the backfill
        NEW.fullname := NEW.display_name;
    END IF;                                                         -- neither changed: keep a row without backfill
    RETURN NEW;
END $$;
CREATE TRIGGER users_sync_name BEFORE INSERT OR UPDATE OF fullname, display_name ON users
    FOR EACH ROW EXECUTE FUNCTION users_sync_name();
"""


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("SET LOCAL lock_timeout = '2s'")  # give up instead of queueing all traffic behind us
    op.add_column("users", sa.Column("display_name", sa.Text))  # nullable, no default: catalogue only
    for statement in [POSTGRESQL] if dialect == "postgresql" else SQLITE:
        op.execute(statement)
# endregion


SQLITE = [
    """CREATE TRIGGER users_sync_insert AFTER INSERT ON users BEGIN
         UPDATE users SET display_name = coalesce(NEW.display_name, NEW.fullname),
                          fullname = coalesce(NEW.fullname, NEW.display_name) WHERE id = NEW.id; END""",
    """CREATE TRIGGER users_sync_old AFTER UPDATE OF fullname ON users
         WHEN NEW.fullname IS NOT OLD.fullname BEGIN
         UPDATE users SET display_name = NEW.fullname WHERE id = NEW.id AND display_name IS NOT NEW.fullname; END""",
    """CREATE TRIGGER users_sync_new AFTER UPDATE OF display_name ON users
         WHEN NEW.display_name IS NOT OLD.display_name BEGIN
         UPDATE users SET fullname = NEW.display_name WHERE id = NEW.id AND fullname IS NOT NEW.display_name; END""",
]


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER users_sync_name ON users")
        op.execute("DROP FUNCTION users_sync_name")
    else:
        for name in ("users_sync_insert", "users_sync_old", "users_sync_new"):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_column("users", "display_name")
