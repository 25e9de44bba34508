"""RabbitMQ with pika 1.4: quorum queue, confirmed publishing, manual acknowledgement."""
import json
from collections.abc import Callable

import pika
from pika.exceptions import NackError, UnroutableError


# region topology
def declare(channel) -> None:
    """Run by the consuming service; a publisher declares only the exchange. A changed argument fails with 406."""
    channel.exchange_declare("orders", exchange_type="topic", durable=True)
    channel.exchange_declare("dead", exchange_type="direct", durable=True)
    channel.queue_declare("billing", durable=True, arguments={
        "x-queue-type": "quorum",
        "x-delivery-limit": 8,                   # failed deliveries, then dead-lettered; 20 by default
        "x-delayed-retry-type": "failed",        # RabbitMQ 4.3: without a delay the 8 are gone within milliseconds
        "x-delayed-retry-min": 5_000, "x-delayed-retry-max": 60_000,   # 5, 10, 15 … s: about 3 minutes in all
        "x-dead-letter-exchange": "dead", "x-dead-letter-routing-key": "billing",
        "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
        "x-max-length": 1_000_000,               # unbounded queues fill the disk and stop every publisher
    })
    channel.queue_bind("billing", "orders", routing_key="order.paid.#")
    channel.queue_declare("billing.dead", durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind("billing.dead", "dead", routing_key="billing")
# endregion


# region publish
class NotPublished(Exception):
    pass


def publish(channel, event: dict) -> None:
    """Returns after a majority of replicas has it: one round trip each. The channel is in confirm_delivery() mode."""
    try:
        channel.basic_publish(
            "orders", routing_key=f"order.paid.{event['country']}", body=json.dumps(event).encode(),
            properties=pika.BasicProperties(
                delivery_mode=pika.DeliveryMode.Persistent, message_id=event["id"],
                content_type="application/json", type="order.paid"),
            mandatory=True)                      # no binding matches: returned, instead of confirmed and dropped
    except (UnroutableError, NackError) as error:
        raise NotPublished(event["id"]) from error   # leave the outbox row, try later
# endregion


# region consume
class Permanent(Exception):
    """Retrying cannot help."""


def on_message(channel, method, properties, body, handle: Callable[[dict, str], None]) -> None:
    try:
        handle(json.loads(body), properties.message_id)          # commits its transaction before it returns
    except (Permanent, ValueError):
        channel.basic_reject(method.delivery_tag, requeue=False)  # dead-letter exchange
    except Exception:
        channel.basic_reject(method.delivery_tag, requeue=True)   # later, counted by x-delivery-limit
    else:
        channel.basic_ack(method.delivery_tag)                    # last: a crash before it means redelivery


def run(url: str, handle: Callable[[dict, str], None]) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    declare(channel)
    channel.basic_qos(prefetch_count=20)         # handlers of milliseconds; 1 or 2 if one takes a second or more; 0: no limit
    channel.basic_consume("billing", lambda ch, method, properties, body: on_message(
        ch, method, properties, body, handle))
    channel.start_consuming()                    # handle() blocks heartbeats (60 s): longer work needs a thread
# endregion
