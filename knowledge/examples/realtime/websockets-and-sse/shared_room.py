"""Fan-out over several instances through one Redis stream; the entry id is the resume position."""

from __future__ import annotations

START = "0-0"


# region fan-out
def position(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


class Instance:
    """One server process: it reads the stream once, however many sockets it holds."""

    def __init__(self, redis, stream: str) -> None:
        self._redis, self._stream = redis, stream
        self._last = START
        self.members: set = set()  # each has offer(entry_id, body), which drops ids it has had

    async def publish(self, body: str) -> str:
        return await self._redis.xadd(self._stream, {"body": body}, maxlen=10_000, approximate=True)

    async def start(self) -> None:
        newest = await self._redis.xrevrange(self._stream, count=1)
        self._last = newest[0][0] if newest else START  # not "$": it would skip what arrives between two reads

    async def read_once(self, block_ms: int = 5_000) -> None:
        for _, entries in await self._redis.xread({self._stream: self._last}, count=500, block=block_ms) or []:
            for entry_id, fields in entries:
                self._last = entry_id
                for member in tuple(self.members):
                    member.offer(entry_id, fields["body"])

    async def join(self, member, after: str) -> bool:
        """False: the position is no longer in the stream, so the client must reload the state."""
        oldest = await self._redis.xrange(self._stream, count=1)
        if oldest and after != START and position(after) < position(oldest[0][0]):
            return False
        while position(after) < position(self._last):  # catch up; other tasks run during the await
            if not (entries := await self._redis.xrange(self._stream, min=f"({after}", count=500)):
                return False  # the stream was deleted or trimmed meanwhile: waiting for it would never end
            for entry_id, fields in entries:
                member.offer(entry_id, fields["body"])
                after = entry_id
        self.members.add(member)  # no await since the comparison: no entry falls between
        return True


# endregion
