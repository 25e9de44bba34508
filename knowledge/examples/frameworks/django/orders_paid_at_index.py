"""Migration 0007 of the listings: PostgreSQL only."""

# region concurrent_index
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY cannot run inside a transaction
    dependencies = [("shop", "0006_order_paid_at")]
    operations = [
        migrations.RunSQL("SET lock_timeout = 0", "RESET lock_timeout"),  # a timeout would leave an invalid index
        AddIndexConcurrently("order", models.Index(fields=["paid_at"], name="order_paid_at_idx")),
        migrations.RunSQL("RESET lock_timeout", "SET lock_timeout = 0"),  # back to the role's own value
    ]
# endregion
