"""Acknowledge before or after the work: what a crash does in each case."""
from typing import Callable


class VisibilityQueue:
    """The behaviour of SQS and of a broker with manual acknowledgement: unacknowledged messages come back."""

    def __init__(self, messages, visibility: float = 30):
        self.messages = {m: 0.0 for m in messages}       # message -> time from which it is visible
        self.visibility = visibility

    def receive(self, now: float):
        for message, visible_at in self.messages.items():
            if visible_at <= now:
                self.messages[message] = now + self.visibility
                return message
        return None

    def ack(self, message) -> None:
        self.messages.pop(message, None)


# region orders
def ack_first(queue, message, work: Callable) -> None:
    """At most once: a crash in `work` loses the message."""
    queue.ack(message)
    work(message)


def ack_last(queue, message, work: Callable) -> None:
    """At least once: a crash after `work` repeats it. Needs an idempotent `work`."""
    work(message)
    queue.ack(message)
# endregion
