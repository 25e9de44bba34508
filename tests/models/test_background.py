from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from backend_architect.models import BackgroundLoop, Message
from tests.models.conftest import agent_for, collect, find_nothing, text_of
from tests.openai_stub import Reply, StubServer


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    background = BackgroundLoop()
    yield background
    background.close()


class Counting:
    """Counts up slowly and remembers that it was closed."""

    def __init__(self, pause: float = 0.0) -> None:
        self.is_closed = False
        self._pause = pause

    async def __call__(self) -> AsyncIterator[int]:
        try:
            for n in range(1000):
                yield n
                await asyncio.sleep(self._pause)
        finally:
            self.is_closed = True


def test_items_come_out_in_order_and_errors_come_through(loop: BackgroundLoop) -> None:
    async def two_then_fail() -> AsyncIterator[int]:
        yield 1
        yield 2
        raise LookupError("third")

    items = loop.iterate(two_then_fail)

    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(LookupError, match="third"):
        next(items)


def test_leaving_early_closes_the_iterator_before_it_returns(loop: BackgroundLoop) -> None:
    counting = Counting()
    items = loop.iterate(counting)
    assert next(items) == 0

    items.close()  # type: ignore[attr-defined]  # a generator

    assert counting.is_closed


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to a thread there")
def test_an_interrupt_while_waiting_stops_the_iterator_and_the_loop_goes_on(loop: BackgroundLoop) -> None:
    counting = Counting(pause=30)
    items = loop.iterate(counting)
    next(items)
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    started = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        next(items)

    assert time.monotonic() - started < 5
    assert counting.is_closed
    assert loop.run(asyncio.sleep(0, "still here")) == "still here"


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to a thread there")
def test_an_interrupt_during_a_reply_is_seen_by_the_server(loop: BackgroundLoop) -> None:
    main = threading.main_thread().ident
    assert main is not None
    with StubServer([Reply("x" * 4000, piece=4, gap=0.01)]) as stub:
        agent = agent_for(stub)
        items = loop.iterate(lambda: agent.stream((Message("user", "q"),), search=find_nothing))
        next(items)
        threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()

        with pytest.raises(KeyboardInterrupt):
            list(items)

        assert stub.wait_for_disconnect()
        loop.run(agent.aclose())


def test_two_questions_in_a_row_share_the_connection(loop: BackgroundLoop) -> None:
    with StubServer([Reply("first"), Reply("second")]) as stub:
        agent = agent_for(stub)

        assert [text_of(loop.run(collect(agent, search=find_nothing))) for _ in range(2)] == ["first", "second"]
        loop.run(agent.aclose())


def test_several_threads_may_use_the_loop_at_once(loop: BackgroundLoop) -> None:
    totals: list[int] = []
    threads = [threading.Thread(target=lambda: totals.append(sum(loop.iterate(Counting())))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert totals == [499500] * 4


def test_closing_ends_the_thread_and_cancels_what_runs() -> None:
    background = BackgroundLoop()
    counting = Counting(pause=30)
    items = background.iterate(counting)
    next(items)

    background.close()

    assert counting.is_closed
    assert not any(thread.name == "backend-architect-loop" for thread in threading.enumerate())
    with pytest.raises(RuntimeError, match="closed; create another one"):
        background.run(asyncio.sleep(0))


def test_a_synchronous_call_from_inside_the_loop_fails_instead_of_hanging(loop: BackgroundLoop) -> None:
    async def inside() -> None:
        loop.run(asyncio.sleep(0))

    with pytest.raises(RuntimeError, match="would wait for itself"):
        loop.run(inside())
