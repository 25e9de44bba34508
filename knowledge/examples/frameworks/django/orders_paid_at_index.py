"""Migration 0007 of the listings: PostgreSQL only."""

# region concurrent_index
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY cannot run inside a transaction
    dependencies = [("shop", "0006_order_paid_at")]
    operations = [
        AddIndexConcurrently("order", models.Index(fields=["paid_at"], name="order_paid_at_idx")),
    ]
# endregion
