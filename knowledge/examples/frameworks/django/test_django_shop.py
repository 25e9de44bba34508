import django_project  # noqa: F401 - configures Django before the models are imported

from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import SynchronousOnlyOperation
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import setup_databases, setup_test_environment, teardown_databases, teardown_test_environment
from django.utils import timezone
from django_shop import order_queries, order_service, receipts
from django_shop.models import Customer, Order, OrderLine, Organisation, Receipt, Stock
from rest_framework.test import APIClient


@pytest.fixture(scope="module", autouse=True)
def database():
    setup_test_environment(debug=False)
    config = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(config, verbosity=0)
    teardown_test_environment()


def make_order(organisation, user, customer, number, lines=2):
    order = Order.objects.create(organisation=organisation, customer=customer, created_by=user, reference=f"R-{number}")
    OrderLine.objects.bulk_create(OrderLine(order=order, sku=f"sku-{i}", quantity=i + 1) for i in range(lines))
    return order


class Shop(TestCase):
    @classmethod
    def setUpTestData(cls):  # once for the class; each test runs in a savepoint that is rolled back
        users = get_user_model().objects
        cls.alice, cls.amy, cls.bob = (users.create_user(name) for name in ("alice", "amy", "bob"))
        cls.acme, cls.other = Organisation.objects.create(name="Acme"), Organisation.objects.create(name="Other")
        cls.acme.members.set([cls.alice, cls.amy])
        cls.other.members.set([cls.bob])
        cls.customer = Customer.objects.create(organisation=cls.acme, name="Carol")
        cls.foreign_customer = Customer.objects.create(organisation=cls.other, name="Dan")
        cls.order = make_order(cls.acme, cls.alice, cls.customer, 1)
        Stock.objects.create(sku="pen", available=5)

    def setUp(self):
        order_service.SENT.clear()

    def as_user(self, user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    def body(self, **changes):
        return {"reference": "R-9", "customer": self.customer.pk, "lines": [{"sku": "pen", "quantity": 2}]} | changes


# region permission_tests
class OrderPermissions(Shop):
    def test_the_other_tenant_gets_404_on_every_route(self):
        client = self.as_user(self.bob)
        assert client.get("/orders/").json() == []
        assert client.get(f"/orders/{self.order.pk}/").status_code == 404
        assert client.post(f"/orders/{self.order.pk}/cancel/").status_code == 404

    def test_a_colleague_may_read_but_not_cancel(self):
        client = self.as_user(self.amy)
        assert client.get(f"/orders/{self.order.pk}/").status_code == 200
        assert client.post(f"/orders/{self.order.pk}/cancel/").status_code == 403

    def test_the_list_costs_the_same_for_any_number_of_orders(self):
        client = self.as_user(self.alice)
        with self.assertNumQueries(2):
            client.get("/orders/")
        for number in range(2, 12):
            make_order(self.acme, self.alice, self.customer, number)
        with self.assertNumQueries(2):
            assert len(client.get("/orders/").json()) == 11

    def test_the_receipt_is_sent_after_the_commit(self):
        with self.captureOnCommitCallbacks(execute=True):
            assert self.as_user(self.alice).post("/orders/", self.body()).status_code == 201
            assert order_service.SENT == []
        assert len(order_service.SENT) == 1
# endregion


class Receipts(Shop):
    def setUp(self):
        receipts.DELIVERED.clear()
        self.receipt = Receipt.objects.create(order=self.order)

    def age(self, **fields):
        Receipt.objects.update(**{name: timezone.now() - timedelta(minutes=minutes) for name, minutes in fields.items()})

    def test_the_second_delivery_of_the_job_sends_nothing(self):
        assert [receipts.send_receipt_once(self.order.pk) for _ in range(2)] == [True, False]
        assert receipts.DELIVERED == [f"receipt-{self.order.pk}"]

    def test_a_delivery_while_the_first_still_runs_sends_nothing(self):
        self.age(claimed_at=1)
        assert receipts.send_receipt_once(self.order.pk) is False
        self.age(claimed_at=11)  # that worker has died
        assert receipts.send_receipt_once(self.order.pk) is True

    def test_a_failed_delivery_gives_the_claim_back(self):
        with mock.patch.object(receipts, "deliver", side_effect=ConnectionError), pytest.raises(ConnectionError):
            receipts.send_receipt_once(self.order.pk)
        assert receipts.send_receipt_once(self.order.pk) is True

    def test_the_sweep_finds_jobs_that_were_never_enqueued(self):
        lost = []
        receipts.sweep_receipts(lost.append)
        assert lost == []
        self.age(created_at=6)
        receipts.sweep_receipts(lost.append)
        receipts.sweep_receipts(lost.append)
        assert lost == [self.order.pk]
        self.age(swept_at=361)
        receipts.sweep_receipts(lost.append)
        assert lost == [self.order.pk] * 2
        receipts.send_receipt_once(self.order.pk)
        self.age(swept_at=361)
        receipts.sweep_receipts(lost.append)
        assert lost == [self.order.pk] * 2


class Attacks(Shop):
    def test_the_unsafe_viewset_shows_and_changes_foreign_orders(self):
        client = self.as_user(self.bob)
        assert len(client.get("/unsafe/").json()) == 1
        assert client.get(f"/unsafe/{self.order.pk}/").status_code == 200
        assert client.patch(f"/unsafe/{self.order.pk}/", {"created_by": self.bob.pk}).status_code == 200
        assert client.post(f"/unsafe/{self.order.pk}/cancel/").status_code == 204
        self.order.refresh_from_db()
        assert (self.order.status, self.order.created_by) == ("cancelled", self.bob)

    def test_the_author_may_cancel(self):
        assert self.as_user(self.alice).post(f"/orders/{self.order.pk}/cancel/").status_code == 204

    def test_anonymous_is_403_with_session_authentication_only(self):
        assert APIClient().get("/orders/").status_code == 403  # no WWW-Authenticate scheme to offer, so not 401


class Input(Shop):
    def post(self, **changes):
        return self.as_user(self.alice).post("/orders/", self.body(**changes))

    def test_a_customer_of_another_tenant_does_not_exist(self):
        reply = self.post(customer=self.foreign_customer.pk)
        assert reply.status_code == 400
        assert "does not exist" in reply.json()["customer"][0]

    def test_unknown_names_are_refused(self):
        assert self.post(status="paid").json() == {"status": ["Unknown field."]}

    def test_drf_alone_drops_unknown_and_read_only_names(self):
        reply = self.as_user(self.bob).patch(f"/unsafe/{self.order.pk}/", {"id": 77, "invented": 1})
        assert reply.status_code == 200 and reply.json()["id"] == self.order.pk

    def test_lines_are_validated(self):
        assert self.post(lines=[]).status_code == 400
        assert self.post(lines=[{"sku": "pen", "quantity": 0}]).status_code == 400
        assert self.post(lines=[{"sku": "pen", "quantity": 1}, {"sku": "pen", "quantity": 1}]).status_code == 400

    def test_out_of_stock_leaves_nothing_behind(self):
        assert self.post(lines=[{"sku": "pen", "quantity": 6}]).status_code == 409
        assert Order.objects.count() == 1
        assert Stock.objects.get().available == 5

    def test_a_good_order_takes_stock(self):
        assert self.post().json()["lines"] == [{"sku": "pen", "quantity": 2}]
        assert Stock.objects.get().available == 3


class Queries(Shop):
    def fill(self, count):
        for number in range(2, count + 1):
            make_order(self.acme, self.alice, self.customer, number)

    def test_slow_grows_and_fast_does_not(self):
        self.fill(10)
        with self.assertNumQueries(1 + 2 * 10):
            slow = order_queries.list_slow(self.alice)
        with self.assertNumQueries(2):
            fast = order_queries.list_fast(self.alice)
        with self.assertNumQueries(1):
            totals = order_queries.list_totals(self.alice)
        assert slow == fast
        assert {row["quantity"] for row in totals} == {3}

    def test_filter_ignores_the_prefetch(self):
        self.fill(10)
        with self.assertNumQueries(2 + 10):
            order_queries.list_filtered_prefetch(self.alice)

    def test_only_costs_a_query_for_each_touched_field(self):
        self.fill(10)
        with self.assertNumQueries(1 + 10):
            [order.status for order in Order.objects.only("reference")]


class Transactions(Shop):
    def test_a_rolled_back_block_never_runs_its_callback(self):
        with self.captureOnCommitCallbacks(execute=True):
            with pytest.raises(order_service.OutOfStock):
                order_service.place_order(
                    organisation=self.acme, customer=self.customer, user=self.alice, reference="R-5",
                    lines=[{"sku": "pen", "quantity": 50}],
                )
        assert order_service.SENT == []

    def test_a_caught_integrity_error_breaks_the_outer_block_without_a_savepoint(self):
        with pytest.raises(transaction.TransactionManagementError):
            with transaction.atomic():
                try:
                    Order.objects.create(organisation=self.acme, customer=self.customer, created_by=self.alice, reference="R-1")
                except IntegrityError:
                    pass  # caught, but the block is already marked for rollback
                Order.objects.count()

    def test_a_savepoint_makes_it_recoverable(self):
        with transaction.atomic():
            with pytest.raises(IntegrityError), transaction.atomic():
                Order.objects.create(organisation=self.acme, customer=self.customer, created_by=self.alice, reference="R-1")
            assert Order.objects.count() == 1


def test_the_orm_refuses_to_run_in_a_coroutine():
    import asyncio

    async def view():
        return Order.objects.count()

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(view())


def test_sqlite_ignores_select_for_update():
    assert not connection.features.has_select_for_update
