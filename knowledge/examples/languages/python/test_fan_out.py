import asyncio

import pytest
from fan_out import fetch_all, fetch_what_works, swallow_cancellation


def test_never_more_than_the_bound_at_once() -> None:
    running = peak = 0

    async def fetch(key: str) -> dict:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.005)
        running -= 1
        return {"key": key}

    results = asyncio.run(fetch_all([str(n) for n in range(30)], fetch, at_once=5))
    assert len(results) == 30 and peak == 5


def test_the_first_failure_cancels_the_rest_and_is_reported() -> None:
    cancelled: list[str] = []

    async def fetch(key: str) -> dict:
        if key == "bad":
            raise ConnectionError("refused")
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            cancelled.append(key)
            raise
        return {}

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(fetch_all(["a", "b", "bad"], fetch))
    assert caught.group_contains(ConnectionError) and sorted(cancelled) == ["a", "b"]


def test_a_slow_call_hits_its_own_deadline_and_all_hit_the_total() -> None:
    async def slow(key: str) -> dict:
        await asyncio.sleep(5)
        return {}

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(fetch_all(["a"], slow, each=0.02))
    assert caught.group_contains(TimeoutError)
    with pytest.raises(TimeoutError):
        asyncio.run(fetch_all(["a"], slow, each=5, total=0.02))


def test_partial_results() -> None:
    async def fetch(key: str) -> dict:
        if key == "b":
            await asyncio.sleep(5)
        return {"key": key}

    results, failures = asyncio.run(fetch_what_works(["a", "b", "c"], fetch, each=0.02))
    assert sorted(results) == ["a", "c"] and isinstance(failures["b"], TimeoutError)


def test_swallowed_cancellation_runs_on() -> None:
    async def main() -> str:
        started = asyncio.Event()
        task = asyncio.create_task(swallow_cancellation(started))
        await started.wait()
        task.cancel()
        return await task  # a cancelled task would raise here

    assert asyncio.run(main()) == "ran on"
