"""One event loop in a background thread, so that synchronous callers share the asynchronous path."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar, cast

T = TypeVar("T")

_CLOSE_SECONDS = 5.0
_END = object()


class BackgroundLoop:
    """Runs coroutines and asynchronous iterators for callers in any thread.

    One long-lived loop, because the HTTP client of langchain_openai keeps connections of the loop it was used in:
    a fresh loop for each question fails on every second one. The thread starts at first use and is a daemon.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return the coroutine's result; an interrupt while waiting cancels it."""
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._started())
        except BaseException:
            coroutine.close()
            raise
        return _result(future)

    def iterate(self, make: Callable[[], AsyncIterator[T]]) -> Iterator[T]:
        """Yield what the asynchronous iterator yields; leaving early, by whatever way, closes it in the loop."""
        walk = _Walk(make())
        try:
            while (item := self.run(walk.next())) is not _END:
                yield cast("T", item)  # the sentinel was compared away
        finally:
            if not self._is_closed:
                self.run(walk.close())

    def close(self) -> None:
        """Cancel what still runs and end the thread; a closed loop cannot be used again."""
        with self._lock:
            self._is_closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        if thread is not threading.current_thread():
            thread.join(_CLOSE_SECONDS)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("this Architect is closed; create another one")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop,), name="backend-architect-loop", daemon=True
                )
                self._thread.start()
            if threading.current_thread() is self._thread:
                raise RuntimeError("a synchronous call from inside the background loop would wait for itself")
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except BaseException:
        future.cancel()  # does nothing when the coroutine itself raised; on Ctrl-C it stops the coroutine
        raise


class _Walk:
    """An asynchronous iterator with the step that is under way, so that it can be closed in the middle of one."""

    def __init__(self, iterator: AsyncIterator[Any]) -> None:
        self._iterator = iterator
        self._step: asyncio.Task[Any] | None = None

    async def next(self) -> Any:
        self._step = asyncio.current_task()
        return await anext(self._iterator, _END)

    async def close(self) -> None:
        # A generator that is running refuses to be closed: first let the interrupted step come back.
        if self._step is not None and not self._step.done():
            self._step.cancel()
            await asyncio.wait([self._step])
        close = getattr(self._iterator, "aclose", None)
        if close is not None:
            await close()
