import asyncio
import gc

from background_tasks import Background


def test_errors_are_logged_and_tasks_survive_collection(caplog):
    done = []

    async def ok():
        await asyncio.sleep(0.005)
        done.append(1)

    async def bad():
        raise LookupError("gone")

    async def main():
        background = Background()
        assert background.start(ok(), "ok") and background.start(bad(), "bad")
        gc.collect()
        assert await background.drain(1) == 0

    asyncio.run(main())
    assert done == [1]
    assert "background bad failed" in caplog.text and "gone" in caplog.text


def test_it_refuses_beyond_the_limit_and_cuts_off_on_shutdown():
    async def main():
        background = Background(at_most=2)
        started = [background.start(asyncio.sleep(5), f"t{n}") for n in range(3)]
        return started, await background.drain(0.01)

    assert asyncio.run(main()) == ([True, True, False], 2)
