from functools import partial

from django.db import transaction

from django_shop.models import Order, OrderLine, Stock

SENT = []


def send_receipt(order_id):
    """Stands for `task.enqueue(...)` or `task.delay(...)`: the call that puts a job into the broker."""
    SENT.append(order_id)


# region place_order
class OutOfStock(Exception):
    pass


@transaction.atomic
def place_order(*, organisation, customer, user, reference, lines):
    """Called by the API, the admin action and the import command alike; it knows nothing of HTTP."""
    wanted = {line["sku"]: line["quantity"] for line in lines}
    stock = {row.sku: row for row in Stock.objects.select_for_update().filter(sku__in=wanted).order_by("pk")}
    for sku, quantity in wanted.items():
        if sku not in stock or stock[sku].available < quantity:
            raise OutOfStock(sku)  # leaving atomic() by an exception rolls everything back
        stock[sku].available -= quantity
    Stock.objects.bulk_update(stock.values(), ["available"])
    order = Order.objects.create(organisation=organisation, customer=customer, created_by=user, reference=reference)
    OrderLine.objects.bulk_create(OrderLine(order=order, **line) for line in lines)
    transaction.on_commit(partial(send_receipt, order.pk))  # a worker must not look for the row before it is there
    return order
# endregion
