"""Needs Django 6.0 or newer."""

# region django_tasks
from functools import partial

from django.db import transaction
from django.tasks import task


@task(queue_name="default")
def send_receipt(order_id):  # arguments are JSON: pass ids, not models
    send_receipt_once(order_id)


def pay(order):
    with transaction.atomic():
        order.mark_paid()
        Receipt.objects.create(order=order)  # the outbox row: survives a crash before the next line has run
        transaction.on_commit(partial(send_receipt.enqueue, order_id=order.pk))
# endregion


# region celery_task
@shared_task(autoretry_for=(MailUnavailable,), retry_backoff=True, max_retries=32)  # up to 10 minutes apart, for hours
def send_receipt_job(order_id):
    send_receipt_once(order_id)


def pay_with_celery(order):
    with transaction.atomic():
        order.mark_paid()
        Receipt.objects.create(order=order)
        send_receipt_job.delay_on_commit(order.pk)  # Celery 5.4 or newer, inside a Django project
# endregion
