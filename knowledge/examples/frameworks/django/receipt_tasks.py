"""Needs Django 6.0 or newer."""

# region django_tasks
from functools import partial

from django.db import transaction
from django.tasks import task


@task(queue_name="default")
def send_receipt(order_id):
    order = Order.objects.select_related("customer").get(pk=order_id)  # arguments are JSON: pass ids, not models
    if order.receipt_sent_at is None:  # delivered twice must be harmless
        deliver(order)


def pay(order):
    with transaction.atomic():
        order.mark_paid()
        transaction.on_commit(partial(send_receipt.enqueue, order_id=order.pk))
# endregion


# region celery_task
@shared_task(autoretry_for=(MailUnavailable,), retry_backoff=True, max_retries=8)
def send_receipt_job(order_id):
    send_receipt_once(order_id)


def pay_with_celery(order):
    with transaction.atomic():
        order.mark_paid()
        send_receipt_job.delay_on_commit(order.pk)  # Celery 5.4 or newer, inside a Django project
# endregion
