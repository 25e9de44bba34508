"""NATS JetStream with nats-py 2.16: deduplicated publishing and a pull consumer with bounded, delayed retries."""
from collections.abc import Awaitable, Callable

from nats.errors import TimeoutError as NoMessages
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DiscardPolicy, RetentionPolicy, StreamConfig

# region jetstream
DELAYS = [5, 30, 120, 600]                       # seconds before attempts 2 to 5


async def publish(js: JetStreamContext, event_id: str, body: bytes) -> None:
    await js.publish("orders.paid", body, headers={"Nats-Msg-Id": event_id})   # waits for the acknowledgement


async def consume(js: JetStreamContext, handle: Callable[[bytes], Awaitable[None]],
                  park: Callable[[bytes, Exception], Awaitable[None]]) -> None:
    await js.add_stream(StreamConfig(
        name="ORDERS", subjects=["orders.>"], retention=RetentionPolicy.LIMITS, num_replicas=3,
        max_age=7 * 86_400, max_bytes=20 * 2**30, discard=DiscardPolicy.OLD, duplicate_window=300))
    subscription = await js.pull_subscribe("orders.paid", durable="billing", config=ConsumerConfig(
        ack_wait=60, max_deliver=len(DELAYS) + 1, max_ack_pending=200))   # a whole batch fits into ack_wait
    while True:
        try:
            messages = await subscription.fetch(20, timeout=5)
        except NoMessages:
            continue
        for message in messages:
            try:
                await handle(message.data)       # idempotent: ack_wait or a lost ack delivers again
            except Exception as error:
                attempt = message.metadata.num_delivered
                if attempt > len(DELAYS):
                    await park(message.data, error)          # nobody else keeps it: there is no dead-letter queue
                    await message.term()
                else:
                    await message.nak(delay=DELAYS[attempt - 1])   # without a delay: at once, again
            else:
                await message.ack()
# endregion
