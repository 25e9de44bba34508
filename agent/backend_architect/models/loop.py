"""The LangChain agent: a chat model that may search, within bounds. Imports langchain, so import it at first use."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.tools import ToolRuntime, tool
from langchain_core.messages import AIMessage

from backend_architect.errors import ModelReplyInvalid
from backend_architect.models.protocol import Search

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI
    from langgraph.graph.state import CompiledStateGraph

MODEL_CALLS = 4

_Handler = Callable[[ModelRequest["Run"]], Awaitable[ModelResponse[Any]]]


@dataclass(slots=True)
class Run:
    """One question's way through the agent."""

    search: Search
    calls: int = 0
    searched: deque[str] = field(default_factory=deque)
    failure: Exception | None = None  # what our own search raised: a bug or a GuideError, never the model's fault


class Bounds(AgentMiddleware[Any, Run, Any]):
    """Ends every run within MODEL_CALLS: the last call has no tools, so that it can only answer.

    LangChain's own limit ends a run with "Model call limits exceeded" as the answer, which a person would read.
    """

    async def awrap_model_call(self, request: ModelRequest[Run], handler: _Handler) -> ModelResponse[Any]:
        run = request.runtime.context
        if run.calls >= MODEL_CALLS:
            raise ModelReplyInvalid(
                f"the model asked to search after the last of its {MODEL_CALLS} calls, and never answered; "
                "choose another with ARCHITECT_MODEL"
            )
        run.calls += 1
        if run.calls == MODEL_CALLS:
            request = request.override(tools=[])
        response = await handler(request)
        if _is_broken_call(response) and run.calls < MODEL_CALLS:
            # Arguments that are no JSON: the agent would take the empty message for the answer. Once more, without tools.
            run.calls += 1
            return await handler(request.override(tools=[]))
        return response


def build_agent(chat: ChatOpenAI) -> CompiledStateGraph[Any, Run, Any, Any]:
    """Return the agent; it keeps nothing between runs and may be shared by many at once."""
    return create_agent(chat, tools=[search_guides], middleware=[Bounds()], context_schema=Run)


@tool(parse_docstring=True)
async def search_guides(query: str, runtime: ToolRuntime[Run, Any]) -> str:
    """Search the guides for sections on backend and API design.

    Use it only when the sections given with the question lack something the answer needs.

    Args:
        query: One self-contained question or a few technical terms, in English.
    """
    run = runtime.context
    run.searched.append(query)
    try:
        return await run.search(query)
    except Exception as error:
        run.failure = error
        raise


def _is_broken_call(response: ModelResponse[Any]) -> bool:
    last = response.result[-1]
    return isinstance(last, AIMessage) and bool(last.invalid_tool_calls) and not last.tool_calls
