from django.conf import settings
from django.db import models


class Organisation(models.Model):
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="organisations")


class Customer(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    credit_limit = models.IntegerField(default=0)


# region tenant_manager
class OrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The only way in: list, detail, update, delete and export all start here."""
        return self.filter(organisation__members=user)

    def for_list(self):
        return self.select_related("customer").prefetch_related("lines")


class Order(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reference = models.CharField(max_length=40)
    status = models.CharField(max_length=20, default="new")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "reference"], name="order_reference_once")]
# endregion


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()


class Receipt(models.Model):
    order = models.OneToOneField(Order, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)


class Stock(models.Model):
    sku = models.CharField(max_length=40, unique=True)
    available = models.PositiveIntegerField()
