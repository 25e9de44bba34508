"""Replies to prompts through LangChain: an agent that may search, or one plain call where tools are refused."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from backend_architect.errors import ModelError, ModelReplyInvalid
from backend_architect.models.endpoint import Capabilities, Endpoint, without
from backend_architect.models.protocol import Finished, Message, ModelEvent, Search, Searched, TextPiece
from backend_architect.models.tokens import count_tokens
from backend_architect.types import Usage

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

    from backend_architect.models.loop import Run

_END = object()
_MODEL_NODE = "model"


class ModelAgent:
    """The `Model` behind an endpoint. One object serves any number of questions at once, in any event loops."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        # Building a chat model and its agent takes 5 ms and holds connections: once per loop and set of capabilities.
        self._built: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, Capabilities], Any]] = (
            WeakKeyDictionary()
        )

    async def warm_up(self) -> None:
        """Load in a thread what takes seconds to load; nothing is sent."""
        await asyncio.to_thread(load_vendors)

    async def aclose(self) -> None:
        """Close the connections opened in the running event loop."""
        self._built.pop(asyncio.get_running_loop(), None)
        await self._endpoint.aclose()

    async def stream(
        self, messages: Sequence[Message], *, search: Search | None = None
    ) -> AsyncGenerator[ModelEvent, None]:
        """Return the reply as it comes; see `Model.stream`.

        A request that the endpoint refuses for something optional in it is repeated without, before anything came out.
        """
        from backend_architect.models.faults import complaint, explain

        capabilities, model, has_begun = self._endpoint.capabilities, "", False
        while True:
            try:
                async with asyncio.timeout(self._endpoint.settings.timeout_seconds):
                    model = await self._endpoint.model()
                async with aclosing(self._reply(messages, search, model, capabilities)) as events:
                    async for event in events:
                        has_begun = True
                        yield event
            except _SearchError as failed:
                raise failed.error from None
            except ModelError:
                raise
            except Exception as error:
                words = None if has_begun or not model else complaint(error)
                weaker = None if words is None else without(capabilities, words)
                if weaker is None:
                    raise (explain(error, self._endpoint, model=model, has_begun=has_begun) or error) from error
                capabilities = weaker
            else:
                self._endpoint.learn(capabilities)
                return

    async def _reply(
        self, messages: Sequence[Message], search: Search | None, model: str, capabilities: Capabilities
    ) -> AsyncGenerator[ModelEvent, None]:
        from backend_architect.models.loop import Run

        started = time.monotonic()
        run = Run(search) if search is not None and capabilities.tools else None
        reading = _Reading(self._endpoint.shown_url)
        async with aclosing(self._steps(self._chunks(messages, run, model, capabilities))) as chunks:
            try:
                async for chunk in chunks:
                    for event in _searches(run):
                        yield event
                    if text := reading.take(chunk):
                        yield TextPiece(text)
            except Exception:
                if run is not None and run.failure is not None:
                    raise _SearchError(run.failure) from None
                raise
        reading.check()
        calls = 1 if run is None else run.calls
        yield Finished(reading.usage(calls, time.monotonic() - started), model)

    async def _chunks(
        self, messages: Sequence[Message], run: Run | None, model: str, capabilities: Capabilities
    ) -> AsyncGenerator[AIMessageChunk | None, None]:
        """Yield the model's chunks, and None for whatever else happens in the agent."""
        from langchain_core.messages import AIMessageChunk

        prompt = [(message.role, message.text) for message in messages]
        if run is None:
            async for piece in self._get_built(model, capabilities, is_agent=False).astream(prompt):
                yield piece
            return
        agent = self._get_built(model, capabilities, is_agent=True)
        async for chunk, origin in agent.astream({"messages": prompt}, context=run, stream_mode="messages"):
            # Tool results are streamed too, and must never be taken for the model's words.
            is_models = isinstance(chunk, AIMessageChunk) and origin.get("langgraph_node") == _MODEL_NODE
            yield chunk if is_models else None

    async def _steps(
        self, chunks: AsyncGenerator[AIMessageChunk | None, None]
    ) -> AsyncGenerator[AIMessageChunk | None, None]:
        """Pass the chunks on, each within the time limit and each taken in a context of our own.

        The context cannot simply be entered here: between two items a generator runs in its caller's.
        """
        context = _quiet_context()
        try:
            while True:
                async with asyncio.timeout(self._endpoint.settings.timeout_seconds):
                    item = await asyncio.create_task(_next(chunks), context=context)
                if item is _END:
                    return
                yield item
        finally:
            await asyncio.create_task(_close(chunks), context=context)

    def _get_built(self, model: str, capabilities: Capabilities, *, is_agent: bool) -> Any:  # a chat model or an agent
        from backend_architect.models.loop import build_agent

        built = self._built.setdefault(asyncio.get_running_loop(), {})
        key = (f"agent {model}" if is_agent else model, capabilities)
        if key not in built:
            chat = self._endpoint.chat(model, capabilities)
            built[key] = build_agent(chat) if is_agent else chat
        return built[key]


def load_vendors() -> None:
    """Import openai and langchain and read the token table: seconds that the first question need not wait for."""
    from backend_architect.models import faults, loop  # noqa: F401  # the import is the work

    count_tokens("")


class _SearchError(Exception):
    """Carries what our own search raised past the door for vendors' errors."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(slots=True)
class _Call:
    """What one model call has sent so far."""

    has_text: bool = False
    finish: str | None = None
    usage: dict[str, Any] = field(default_factory=dict)  # a vendor's TypedDict, read key by key


class _Reading:
    """Follows the chunks of one reply over all its model calls."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._calls: dict[str | None, _Call] = {}
        self._has_text = False

    def take(self, chunk: AIMessageChunk | None) -> str:
        """Return the text to pass on, set apart from what an earlier call said before it searched."""
        if chunk is None:
            return ""
        call = self._calls.setdefault(chunk.id, _Call())
        call.finish = chunk.response_metadata.get("finish_reason") or call.finish
        # Some servers repeat growing counts on every chunk; the last one counts.
        call.usage = dict(chunk.usage_metadata or {}) or call.usage
        text = str(chunk.text)
        if not text:
            return ""
        gap = "\n\n" if self._has_text and not call.has_text else ""
        call.has_text = self._has_text = True
        return gap + text

    def check(self) -> None:
        """Raise ModelReplyInvalid unless every call came to its end and the last one said something."""
        last = list(self._calls.values())[-1] if self._calls else _Call()
        if not last.has_text and last.finish is not None:
            raise ModelReplyInvalid(f"{self._url} sent an empty reply (finish reason {last.finish}); ask again")
        if any(call.finish is None for call in self._calls.values()) or last.finish is None:
            raise ModelReplyInvalid(f"the reply of {self._url} ended without its end mark; it was cut off, ask again")
        if last.finish == "length":
            raise ModelReplyInvalid(
                f"the reply of {self._url} was cut off at the server's length limit; raise it there"
            )
        if last.finish == "content_filter":
            raise ModelReplyInvalid(f"the reply of {self._url} was stopped by its content filter; put it differently")

    def usage(self, calls: int, seconds: float) -> Usage:
        counted = [call.usage for call in self._calls.values()]
        return Usage(
            prompt_tokens=sum(usage.get("input_tokens", 0) for usage in counted),
            cached_tokens=sum(usage.get("input_token_details", {}).get("cache_read", 0) or 0 for usage in counted),
            completion_tokens=sum(usage.get("output_tokens", 0) for usage in counted),
            model_calls=calls,
            seconds=seconds,
        )


def _searches(run: Run | None) -> Iterator[Searched]:
    while run is not None and run.searched:
        yield Searched(run.searched.popleft())


def _quiet_context() -> contextvars.Context:
    """Return a copy of the current context in which nothing reports elsewhere.

    Tracing stays off whatever the environment says. And when our caller is itself a LangChain run, its callbacks are
    dropped: they would stream the model's text to the outside before it is checked.
    """
    import langsmith
    from langchain_core.runnables.config import var_child_runnable_config

    context = contextvars.copy_context()
    context.run(langsmith.tracing_context(enabled=False, parent=False).__enter__)
    context.run(var_child_runnable_config.set, None)
    return context


async def _next(chunks: AsyncGenerator[Any, None]) -> Any:
    return await anext(chunks, _END)


async def _close(chunks: AsyncGenerator[Any, None]) -> None:
    await chunks.aclose()
