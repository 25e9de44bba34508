"""What the tests of the model room share."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from backend_architect.models import Endpoint, Message, ModelAgent, ModelEvent, Search, TextPiece
from backend_architect.models.agent import load_vendors
from backend_architect.settings import Settings
from tests.openai_stub import StubServer

T = TypeVar("T")


def agent_for(stub: StubServer | str, **chosen: Any) -> ModelAgent:
    url = stub if isinstance(stub, str) else stub.base_url
    return ModelAgent(Endpoint(Settings.load(environ={}, base_url=url, **chosen)))


async def collect(agent: ModelAgent, question: str = "why?", search: Search | None = None) -> list[ModelEvent]:
    messages = (Message("system", "rules"), Message("user", question))
    return [event async for event in agent.stream(messages, search=search)]


def ask(
    stub: StubServer | str, question: str = "why?", search: Search | None = None, **chosen: Any
) -> list[ModelEvent]:
    """Return all events of one question, asked in an event loop of its own."""
    agent = agent_for(stub, **chosen)
    return asyncio.run(closing(agent, collect(agent, question, search)))


async def closing(agent: ModelAgent, work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    finally:
        await agent.aclose()


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextPiece))


async def find_nothing(query: str) -> str:
    return f"nothing on {query}"


@pytest.fixture(autouse=True, scope="session")
def _vendors_are_loaded() -> None:
    """Importing takes seconds, which no test means to measure."""
    load_vendors()


@pytest.fixture(autouse=True)
def _no_ambient_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
