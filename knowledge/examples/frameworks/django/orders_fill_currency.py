"""Migration 0009 of the listings: fills a nullable column in batches."""

# region backfill
import time

from django.db import migrations

BATCH = 1000


def fill(apps, schema_editor):
    Order = apps.get_model("shop", "Order")  # the historical model: your methods and managers are not on it
    db = schema_editor.connection.alias
    after = 0
    while ids := list(Order.objects.using(db).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Order.objects.using(db).filter(pk__in=ids, currency__isnull=True).update(currency="EUR")
        after = ids[-1]
        time.sleep(0.05)  # leaves room for traffic and replicas


class Migration(migrations.Migration):
    atomic = False  # one short transaction for each batch; can be run again after an interruption
    dependencies = [("shop", "0008_order_currency_null")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
# endregion
