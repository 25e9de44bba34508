"""Where we start: users.fullname."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "m01", None


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("fullname", sa.Text))


def downgrade() -> None:
    op.drop_table("users")
