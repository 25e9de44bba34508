"""Why the newest timestamp is not the newest write, and what to compare instead."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Write:
    value: str
    at: float = 0.0        # wall clock of the writer
    version: int = 0       # counter kept with the record


def last_write_wins(current: Write, new: Write) -> Write:
    return new if new.at > current.at else current


# region clock
class LamportClock:
    """A counter that respects cause and effect: if a led to b, a's number is smaller. Not the other way round."""

    def __init__(self, node: str):
        self.node, self.time = node, 0

    def event(self) -> tuple[int, str]:                # local step or send: stamp the message with this
        self.time += 1
        return self.time, self.node                    # the node breaks ties: a total order

    def receive(self, stamp: tuple[int, str]) -> tuple[int, str]:
        self.time = max(self.time, stamp[0])
        return self.event()


def write_if_unchanged(record: Write, new_value: str, read_version: int) -> Write:
    """One owner per record: its version counter orders the writes, no clock involved."""
    if record.version != read_version:
        raise ValueError(f"record is at version {record.version}, you read {read_version}")   # 409 or 412
    return Write(new_value, version=record.version + 1)
# endregion clock
