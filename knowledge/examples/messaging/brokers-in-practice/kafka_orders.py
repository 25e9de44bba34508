"""Kafka with confluent-kafka 2.16: idempotent producer, manual commit after the work."""
import json
import signal
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

# region producer
PRODUCER = {
    "enable.idempotence": True,          # librdkafka's default is false; implies acks=all and ordered retries
    "delivery.timeout.ms": 30_000,       # after this the delivery callback reports the failure
    "linger.ms": 5, "compression.type": "zstd",
    "partitioner": "murmur2_random",     # the same partition for a key as the Java client
}


class OrderEvents:
    def __init__(self, bootstrap: str, on_failed: Callable[[str, str], None]):
        self._producer = Producer({"bootstrap.servers": bootstrap, **PRODUCER})
        self._on_failed = on_failed      # mark the outbox row as not sent; never only log it

    def publish(self, event: dict) -> None:
        def delivered(error, message):
            if error is not None:        # the broker never confirmed: the event counts as not published
                self._on_failed(event["id"], error.str())

        while True:
            try:
                self._producer.produce("orders", key=event["order_id"], value=json.dumps(event), on_delivery=delivered)
                break
            except BufferError:          # local queue full: back-pressure, not loss
                self._producer.poll(0.5)
        self._producer.poll(0)           # serves delivery callbacks

    def close(self) -> int:
        return self._producer.flush(30)  # number of messages still unsent: not 0 means trouble
# endregion


# region consumer
def consume(bootstrap: str, group: str, handle: Callable[[dict], None], park: Callable[[object], None],
            running: Callable[[], bool]) -> None:
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group,
        "group.protocol": "consumer",            # KIP-848: needs brokers 4.0+; drop the line for older ones
        "enable.auto.commit": True,              # commits in the background what we STORE, nothing else
        "enable.auto.offset.store": False,       # or an offset counts as done when it is delivered
        "auto.offset.reset": "earliest",         # a new group, or expired offsets: read all, do not skip
        "max.poll.interval.ms": 300_000,         # longer without poll(): the partition goes to somebody else
    })
    consumer.subscribe(["orders"])
    try:
        while running():
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                if message.error().code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                    continue                     # the topic is being created
                raise KafkaException(message.error())
            try:
                handle(json.loads(message.value()))   # idempotent: a rebalance can replay since the last commit
            except ValueError:
                park(message)                    # poison: to the dead-letter topic, then go on
            consumer.store_offsets(message=message)   # only after the work
    finally:
        consumer.close()                         # commits stored offsets and leaves the group at once
# endregion


# region transaction
def copy_in_transactions(consumer: Consumer, producer: Producer, transform: Callable[[bytes], bytes],
                         running: Callable[[], bool]) -> None:
    """Read, process, write and move the offset: all or nothing, inside Kafka.

    consumer: enable.auto.commit False, isolation.level read_committed, subscribed to "orders".
    producer: its own transactional.id per instance, such as "billing-2"; one producer per consumer.
    """
    producer.init_transactions(30)               # aborts what a crashed run of the same id left open
    while running():
        records = [m for m in consumer.consume(500, 1.0) if not m.error()]
        if not records:
            continue
        producer.begin_transaction()
        try:
            for record in records:               # transform() must not touch a database or call anybody
                producer.produce("invoices", key=record.key(), value=transform(record.value()))
            producer.send_offsets_to_transaction(
                consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
            producer.commit_transaction(30)
        except BaseException as error:
            if not (isinstance(error, KafkaException) and error.args[0].fatal()):
                producer.abort_transaction(30)   # a fenced producer cannot even abort
            raise                                # restart: the group's offset has not moved
# endregion


def main() -> None:
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    consume("kafka.example:9092", "billing", print, print, lambda: not stopping)
