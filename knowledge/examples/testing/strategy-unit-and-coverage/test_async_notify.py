import asyncio

from async_notify import notify_all


# region async
def test_at_most_two_at_a_time() -> None:
    async def scenario() -> None:
        running, peak = 0, 0
        release, full = asyncio.Event(), asyncio.Event()

        async def send(user: str) -> None:
            nonlocal running, peak
            running += 1
            peak = max(peak, running)
            if running == 2:
                full.set()
            await release.wait()  # the test decides when it goes on, no sleep
            running -= 1

        work = asyncio.create_task(notify_all(send, ["a", "b", "c", "d"], limit=2))
        async with asyncio.timeout(1):  # a hang fails instead of blocking the suite
            await full.wait()
            release.set()
            assert await work == {}
        assert peak == 2

    asyncio.run(scenario())  # works with any runner, no plugin


def test_one_failure_does_not_stop_the_others() -> None:
    sent: list[str] = []

    async def send(user: str) -> None:
        if user == "broken":
            raise ConnectionError
        if user == "slow":
            await asyncio.Event().wait()  # never
        sent.append(user)

    failed = asyncio.run(notify_all(send, ["a", "broken", "slow", "z"], timeout=0.02))
    assert failed == {"broken": "ConnectionError", "slow": "TimeoutError"}
    assert sent == ["a", "z"]
# endregion async
