import asyncio
import time

import pytest
from bounded_fetch import map_bounded
from bounded_pipeline import accept, pipeline
from cancel_work import handle, stubborn
from loop_watch import blocking_handler, offloaded_handler, watch


def test_never_more_than_the_limit_and_results_in_order():
    running = peak = 0

    async def work(n):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.001 * (n % 3))
        running -= 1
        return n * 2

    assert asyncio.run(map_bounded(range(200), work, at_once=20)) == [n * 2 for n in range(200)]
    assert peak == 20


def test_the_first_failure_cancels_what_still_runs():
    finished, cancelled = [], []

    async def work(n):
        if n == 3:
            raise LookupError(n)
        try:
            await asyncio.sleep(0.2)
            finished.append(n)
        except asyncio.CancelledError:
            cancelled.append(n)
            raise

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(map_bounded(range(100), work, at_once=5))
    assert caught.group_contains(LookupError)
    assert finished == [] and len(cancelled) == 4      # and the other 95 were never started


def test_each_call_has_its_own_timeout():
    async def work(n):
        await asyncio.sleep(1 if n == 2 else 0)

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(map_bounded(range(5), work, at_once=2, each=0.02))
    assert caught.group_contains(TimeoutError)


def test_deadline_ends_the_work_and_releases():
    log = []

    async def load():
        try:
            await asyncio.sleep(1)
            log.append("finished")
        finally:
            log.append("stopped")

    async def release():
        await asyncio.sleep(0.005)
        log.append("released")

    assert asyncio.run(handle(0.02, load, release)) == "504"
    assert log == ["stopped", "released"]


def test_cancelling_the_caller_still_releases():
    log = []

    async def release():
        await asyncio.sleep(0.01)
        log.append("released")

    async def main():
        task = asyncio.create_task(handle(5, lambda: asyncio.sleep(5), release))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log == ["released"]


def test_swallowed_cancellation_makes_the_timeout_useless():
    async def main():
        started = time.perf_counter()
        async with asyncio.timeout(0.02):             # no TimeoutError is raised either
            assert await stubborn(lambda: asyncio.sleep(0.03), 5) == 5
        return time.perf_counter() - started

    assert asyncio.run(main()) > 0.1                  # one round was cut short, four ran on


def test_a_slow_consumer_slows_the_source():
    produced = stored = widest = 0

    async def source():
        nonlocal produced, widest
        for _ in range(300):
            produced += 1
            widest = max(widest, produced - stored)
            yield b"x"

    async def store(item):
        nonlocal stored
        await asyncio.sleep(0)
        stored += 1

    asyncio.run(pipeline(source(), store, workers=4, buffered=10))
    assert stored == 300 and widest <= 10 + 4 + 1


def test_a_failing_consumer_does_not_leave_the_producer_waiting():
    async def source():
        while True:
            yield b"x"

    async def store(item):
        raise OSError("disk full")

    async def main():
        async with asyncio.timeout(1):
            await pipeline(source(), store, buffered=2)

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(main())
    assert caught.group_contains(OSError)


def test_edge_refuses_when_full():
    async def main():
        queue = asyncio.Queue(maxsize=2)
        return [accept(queue, b"x") for _ in range(3)]

    assert asyncio.run(main()) == [202, 202, 503]


@pytest.mark.parametrize(("offload", "stalls"), [(False, True), (True, False)])
def test_blocking_shows_up_as_loop_delay(offload, stalls):
    async def main():
        late = []
        watcher = asyncio.create_task(watch(late.append, every=0.01))
        await asyncio.sleep(0.03)
        if offload:
            await offloaded_handler(b"x", asyncio.Semaphore(4))
        else:
            await blocking_handler(b"x")
        await asyncio.sleep(0.02)
        watcher.cancel()
        return max(late)

    assert (asyncio.run(main()) > 0.13) is stalls
