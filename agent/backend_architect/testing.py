"""Test doubles for us and for whoever embeds the architect: a model whose replies are written down beforehand."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from backend_architect.models.protocol import Finished, Message, ModelEvent, Search, Searched, TextPiece
from backend_architect.types import Usage


@dataclass(frozen=True, slots=True)
class Lookup:
    """In a script: the model searches the guides for `query` before it goes on."""

    query: str


class ScriptedModel:
    """A model that gives the same scripted reply to every question and remembers what it was asked.

        model = ScriptedModel("Use a cursor ", "for changing lists [1].")
        answer = Architect(model=model).ask("Cursor or offset?")
        assert "Cursor or offset?" in model.prompts[0]

    The script holds pieces of text, `Lookup`s and exceptions, which are raised when their turn comes. `prompts` has one
    text for each question, `results` what each look-up returned to the model.
    """

    def __init__(self, *script: str | Lookup | Exception, name: str = "scripted", usage: Usage | None = None) -> None:
        self.prompts: list[str] = []
        self.results: list[str] = []
        self.closed = 0
        self._script = script
        self._name = name
        self._usage = usage

    async def stream(
        self, messages: Sequence[Message], *, search: Search | None = None
    ) -> AsyncGenerator[ModelEvent, None]:
        self.prompts.append("\n\n".join(message.text for message in messages))
        calls, is_complete = 1, False
        try:
            for step in self._script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, str):
                    yield TextPiece(step)
                elif search is not None:
                    calls += 1
                    yield Searched(step.query)
                    self.results.append(await search(step.query))
            is_complete = True
            yield Finished(self._usage or Usage(model_calls=calls), self._name)
        finally:
            # Left in the middle, by a caller who stopped listening.
            self.closed += not is_complete

    async def warm_up(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to close."""
