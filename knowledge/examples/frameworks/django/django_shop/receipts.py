from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from django_shop.models import Receipt

DELIVERED = []


def deliver(order_id, idempotency_key):
    """Stands for the mail provider, which drops a repeated key."""
    if idempotency_key not in DELIVERED:
        DELIVERED.append(idempotency_key)


# region receipt_once
CLAIM = timedelta(minutes=10)  # longer than deliver() may take; a crashed worker's claim ends here


def send_receipt_once(order_id):
    """The body of the job, whichever queue runs it: of two deliveries at once only one gets the row."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - CLAIM)
    unsent = Receipt.objects.filter(order=order_id, sent_at=None)
    if not unsent.filter(free).update(claimed_at=timezone.now()):  # one UPDATE; read, test, save would let both through
        return False  # sent, or another worker is at it
    try:
        deliver(order_id, idempotency_key=f"receipt-{order_id}")  # covers a crash before sent_at is stored
    except Exception:
        unsent.update(claimed_at=None)  # the retry need not wait
        raise
    unsent.update(sent_at=timezone.now())
    return True


def sweep_receipts(enqueue):
    """Every minute, by cron: the process died between commit and enqueue, or the broker was down."""
    now = timezone.now()
    late = Q(swept_at=None, created_at__lt=now - timedelta(minutes=5))
    again = Q(swept_at__lt=now - timedelta(hours=6))  # longer than the retries last, else their jobs multiply
    for receipt in Receipt.objects.filter(late | again, sent_at=None).order_by("pk")[:500]:
        enqueue(receipt.order_id)
        Receipt.objects.filter(pk=receipt.pk).update(swept_at=now)
# endregion
