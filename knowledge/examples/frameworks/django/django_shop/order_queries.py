from django.db.models import Sum

from django_shop.models import Order



# region n_plus_one
def list_slow(user):
    """1 + 2N queries: one for the customer and one for the lines of every order."""
    return [
        {"id": o.pk, "customer": o.customer.name, "skus": [line.sku for line in o.lines.all()]}
        for o in Order.objects.visible_to(user)
    ]


def list_fast(user):
    """Two queries for any N: a join for the to-one relation, an IN query for the to-many one."""
    return [
        {"id": o.pk, "customer": o.customer.name, "skus": [line.sku for line in o.lines.all()]}
        for o in Order.objects.visible_to(user).select_related("customer").prefetch_related("lines")
    ]


def list_totals(user):
    """One query: a number needs no loaded rows."""
    return list(
        Order.objects.visible_to(user).annotate(quantity=Sum("lines__quantity")).values("id", "customer__name", "quantity")
    )
# endregion


def list_filtered_prefetch(user):
    """filter() on a prefetched relation ignores the prefetch and asks again for every order."""
    orders = Order.objects.visible_to(user).prefetch_related("lines")
    return [[line.sku for line in o.lines.filter(quantity__gt=1)] for o in orders]
