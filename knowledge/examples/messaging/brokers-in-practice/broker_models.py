"""The two contracts side by side, in memory: a queue forgets, a log remembers."""
from collections import deque

class Queue:
    """One copy of each message; the consumer that takes it is the only one, and an ack deletes it."""

    def __init__(self) -> None:
        self.ready: deque[tuple[int, str]] = deque()
        self.unacked: dict[int, str] = {}
        self._next = 0

    def publish(self, body: str) -> None:
        self.ready.append((self._next, body))
        self._next += 1

    def take(self) -> tuple[int, str] | None:
        if not self.ready:
            return None
        tag, body = self.ready.popleft()
        self.unacked[tag] = body
        return tag, body

    def ack(self, tag: int) -> None:
        del self.unacked[tag]                     # gone: nobody can read it again

    def consumer_lost(self, tag: int) -> None:
        self.ready.appendleft((tag, self.unacked.pop(tag)))


# region log
class Log:
    """Records stay; each group owns only a number, the next offset to read."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.committed: dict[str, int] = {}

    def publish(self, body: str) -> None:
        self.records.append(body)

    def poll(self, group: str, limit: int = 10) -> list[tuple[int, str]]:
        start = self.committed.get(group, 0)
        return list(enumerate(self.records[start:start + limit], start))

    def commit(self, group: str, next_offset: int) -> None:
        self.committed[group] = next_offset       # "everything before this is done": no gaps possible

    def lag(self, group: str) -> int:
        return len(self.records) - self.committed.get(group, 0)
# endregion
