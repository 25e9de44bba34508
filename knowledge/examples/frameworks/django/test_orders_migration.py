import importlib

import django_project  # noqa: F401 - configures Django
import orders_fill_currency
import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.test.utils import setup_databases, teardown_databases

CREATE = migrations.CreateModel(
    "Order", [("id", models.BigAutoField(primary_key=True)), ("currency", models.CharField(max_length=3, null=True))]
)


@pytest.fixture
def state():
    config = setup_databases(verbosity=0, interactive=False)
    before, after = ProjectState(), ProjectState()
    CREATE.state_forwards("shop", after)
    with connection.schema_editor() as editor:
        CREATE.database_forwards("shop", editor, before, after)
    yield after
    teardown_databases(config, verbosity=0)


def test_the_backfill_fills_every_batch_keeps_values_and_can_be_repeated(state, monkeypatch):
    monkeypatch.setattr(orders_fill_currency, "BATCH", 10)
    monkeypatch.setattr(orders_fill_currency.time, "sleep", lambda seconds: None)
    order = state.apps.get_model("shop", "Order")
    order.objects.bulk_create([order(currency=None) for _ in range(25)] + [order(currency="USD")])
    migration = orders_fill_currency.Migration("0009_fill_currency", "shop")
    assert migration.atomic is False
    for _ in range(2):
        with connection.schema_editor(atomic=False) as editor:
            migration.apply(state.clone(), editor)
        counts = dict(order.objects.values_list("currency").annotate(n=models.Count("pk")))
        assert counts == {"EUR": 25, "USD": 1}


def test_the_concurrent_index_is_built_outside_a_transaction():
    pytest.importorskip("psycopg")
    migration = importlib.import_module("orders_paid_at_index").Migration
    assert migration.atomic is False
