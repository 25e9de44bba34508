from __future__ import annotations

import asyncio

import fakeredis
from shared_room import START, Instance, position


class Client:
    def __init__(self) -> None:
        self.last, self.bodies = START, []

    def offer(self, entry_id: str, body: str) -> None:
        if position(entry_id) > position(self.last):
            self.last = entry_id
            self.bodies.append(body)


def test_a_message_reaches_every_instance_and_a_client_resumes_on_another_one() -> None:
    async def scenario() -> None:
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        a, b = Instance(redis, "room:7"), Instance(redis, "room:7")
        for instance in (a, b):
            await instance.start()
        ada, bob = Client(), Client()
        assert await a.join(ada, START)
        assert await b.join(bob, START)

        await a.publish("one")
        for instance in (a, b):
            await instance.read_once(block_ms=10)
        assert ada.bodies == bob.bodies == ["one"]

        a.members.discard(ada)  # instance a is deployed away
        await b.publish("two")
        await b.read_once(block_ms=10)
        await b.publish("three")  # in the stream, not read by b yet
        assert await b.join(ada, ada.last)
        await b.read_once(block_ms=10)
        assert ada.bodies == bob.bodies == ["one", "two", "three"]  # nothing missing, nothing twice
        await redis.aclose()

    asyncio.run(scenario())


def test_a_position_that_was_trimmed_away_asks_for_a_reload() -> None:
    async def scenario() -> None:
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        instance = Instance(redis, "room:7")
        first = await instance.publish("one")
        await instance.publish("two")
        await redis.xtrim("room:7", maxlen=1, approximate=False)
        await instance.start()
        assert not await instance.join(Client(), first)
        await redis.aclose()

    asyncio.run(scenario())


def test_a_stream_that_vanished_asks_for_a_reload_instead_of_waiting_for_ever() -> None:
    async def scenario() -> None:
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        instance = Instance(redis, "room:7")
        first = await instance.publish("one")
        await instance.publish("two")
        await instance.start()
        await redis.delete("room:7")
        assert not await asyncio.wait_for(instance.join(Client(), first), 1)
        await redis.aclose()

    asyncio.run(scenario())


def test_pub_sub_forgets_who_was_away() -> None:
    async def scenario() -> None:
        redis = fakeredis.FakeAsyncRedis(decode_responses=True)
        assert await redis.publish("room:7", "one") == 0  # nobody subscribed: gone for ever
        pubsub = redis.pubsub()
        await pubsub.subscribe("room:7")
        assert (await pubsub.get_message(timeout=0.1))["type"] == "subscribe"
        assert await pubsub.get_message(timeout=0.05) is None
        await pubsub.aclose()
        await redis.aclose()

    asyncio.run(scenario())
