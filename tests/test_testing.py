from __future__ import annotations

import asyncio

import pytest

from backend_architect.errors import ModelTimeout
from backend_architect.models import Finished, Message, Model, ModelEvent, Searched, TextPiece
from backend_architect.testing import Lookup, ScriptedModel
from backend_architect.types import Usage

PROMPT = (Message("system", "rules"), Message("user", "why?"))


async def search(query: str) -> str:
    return f"found {query}"


async def drain(model: Model, events: list[ModelEvent]) -> None:
    async for event in model.stream(PROMPT, search=search):
        events.append(event)  # noqa: PERF401  # what came before an error must be kept


def test_the_pieces_come_as_written_and_the_prompt_is_remembered() -> None:
    model, events = ScriptedModel("Use ", "cursors."), list[ModelEvent]()
    asyncio.run(drain(model, events))

    assert events == [TextPiece("Use "), TextPiece("cursors."), Finished(Usage(model_calls=1), "scripted")]
    assert model.prompts == ["rules\n\nwhy?"]


def test_a_lookup_searches_and_counts_as_one_more_call() -> None:
    model, events = ScriptedModel(Lookup("jwt"), "Done."), list[ModelEvent]()
    asyncio.run(drain(model, events))

    assert events == [Searched("jwt"), TextPiece("Done."), Finished(Usage(model_calls=2), "scripted")]
    assert model.results == ["found jwt"]


def test_an_exception_is_raised_after_what_stands_before_it() -> None:
    model, events = ScriptedModel("Half", ModelTimeout("no reply")), list[ModelEvent]()

    with pytest.raises(ModelTimeout, match="no reply"):
        asyncio.run(drain(model, events))
    assert events == [TextPiece("Half")]


def test_leaving_early_is_noticed() -> None:
    async def leave(model: ScriptedModel) -> None:
        events = model.stream(PROMPT)
        await anext(events)
        await events.aclose()

    model = ScriptedModel("one", "two")
    asyncio.run(leave(model))

    assert model.closed == 1
