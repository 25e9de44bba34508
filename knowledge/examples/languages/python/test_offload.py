import asyncio
import contextvars
import threading
import time

import pytest
from offload import Blocking, blocking_call, simple, stalls, watch_loop


def lateness(work) -> float:
    async def main() -> float:
        late: list[float] = [0.0]
        watcher = asyncio.create_task(watch_loop(late.append, every=0.005, limit=0))
        await asyncio.sleep(0.02)
        late[:] = [0.0]
        await work()
        await asyncio.sleep(0.01)
        watcher.cancel()
        return max(late)

    return asyncio.run(main())


def test_a_blocking_call_stalls_the_loop_and_a_thread_does_not() -> None:
    assert lateness(lambda: stalls(0.3)) > 0.25
    assert any(lateness(lambda: simple(0.3)) < 0.25 for _ in range(3))  # a busy machine gets three tries


def test_five_blocking_calls_in_async_def_take_turns() -> None:
    async def five(call) -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(call(0.05) for _ in range(5)))
        return time.perf_counter() - begun

    assert asyncio.run(five(stalls)) >= 0.25
    assert any(asyncio.run(five(simple)) < 0.2 for _ in range(3))


def test_own_pool_bounds_threads_keeps_context_and_times_out() -> None:
    request_id = contextvars.ContextVar("request_id", default="none")
    pool = Blocking(threads=2)

    async def main() -> None:
        request_id.set("r-1")
        assert await pool.run(request_id.get) == "r-1"
        names = await asyncio.gather(*(pool.run(lambda: (time.sleep(0.01), threading.current_thread().name)[1]) for _ in range(6)))
        assert len(set(names)) <= 2 and names[0].startswith("blocking")
        with pytest.raises(TimeoutError):
            await pool.run(blocking_call, 0.1, timeout=0.01)

    asyncio.run(main())
    pool.close()
