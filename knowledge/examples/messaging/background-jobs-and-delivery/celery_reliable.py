"""Celery settings for at-least-once work with bounded retries. Needs Celery 5.5 or newer and a broker."""
from celery import Celery

# region settings
app = Celery("shop", broker="amqp://broker.example//")
app.conf.update(
    task_acks_late=True,                 # default False: acknowledged before the task runs
    task_reject_on_worker_lost=True,     # default False: a killed worker still acknowledges; bound the loop by a delivery limit
    worker_prefetch_multiplier=1,        # default 4 per process: long tasks would wait behind each other
    task_time_limit=300,                 # hard stop, well below the broker's acknowledgement timeout
)


class ProviderDown(Exception):
    pass


@app.task(
    autoretry_for=(ProviderDown,),       # name the transient errors; everything else fails at once
    retry_backoff=2, retry_backoff_max=600, retry_jitter=True,   # random, up to 2, 4, 8 … 600 s
    max_retries=32,                      # default 3; four hours at most: an outage must not use them up
)
def send_receipt(order_id: str) -> None:  # an id, not an ORM object: the row is read fresh here
    ...
# endregion
