"""Answers with a model: the brief and the sections go in, text that passed the gate comes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing

from backend_architect.answering.gate import Gate
from backend_architect.answering.layout import Layout
from backend_architect.errors import ModelReplyInvalid
from backend_architect.models import Finished, Model, TextPiece
from backend_architect.prompts import Prompts
from backend_architect.settings import Settings
from backend_architect.types import Brief, Draft, Hit

_QUERY_CHARACTERS = 400
# A model caught in a loop repeats itself until somebody pays attention. Code included, no answer needs this much.
_CHARACTERS_PER_WORD = 60


class ModelAnswers:
    """Composes answers with a model; one object serves any number of questions at once."""

    def __init__(
        self,
        agent: Model,
        prompts: Prompts,
        *,
        settings: Settings,
        search: Callable[[str], Sequence[Hit]],
        weights: Mapping[str, float] | None = None,
    ) -> None:
        """`weights` is what `support.weigh` returns for the whole corpus; without it the gate weighs each brief anew."""
        judgement = prompts["judgement-strict" if settings.gate == "strict" else "judgement"]
        answer = prompts["answer"]
        self._agent = agent
        self._context = prompts["context"]
        # The same for every question, and in front of everything else, so that the endpoint can cache it.
        self._system = answer.fill(judgement=judgement.body, max_words=str(settings.max_words))
        self._tags = (answer.tag, judgement.tag, self._context.tag)
        self._settings = settings
        self._search = search
        self._weights = weights

    async def stream(self, brief: Brief) -> AsyncGenerator[str | Draft, None]:
        """Yield the answer as it may be shown, then one Draft of it.

        Raises ModelError when the model fails, also after text was yielded: what was yielded is checked, and incomplete.
        """
        layout = Layout(brief, system=self._system, context=self._context, budget=self._settings.prompt_tokens)
        gate = Gate(tuple(layout.shelf.sections), strict=self._settings.gate == "strict", weights=self._weights)

        async def look_up(query: str) -> str:
            hits = await asyncio.to_thread(self._search, query[:_QUERY_CHARACTERS])
            text, new = layout.results(hits)
            gate.add(new)
            return text

        shown: list[str] = []
        finished: Finished | None = None
        characters = 0
        async with aclosing(self._agent.stream(layout.messages, search=look_up)) as events:
            async for event in events:
                if isinstance(event, TextPiece):
                    characters += len(event.text)
                    self._refuse_endless(characters)
                    if text := gate.feed(event.text):
                        shown.append(text)
                        yield text
                elif isinstance(event, Finished):
                    finished = event
        if text := gate.finish():
            shown.append(text)
            yield text
        yield self._draft("".join(shown), gate, finished)

    def _refuse_endless(self, characters: int) -> None:
        if characters > self._settings.max_words * _CHARACTERS_PER_WORD:
            raise ModelReplyInvalid(
                f"the model wrote {characters} characters where {self._settings.max_words} words were asked for; "
                "raise ARCHITECT_MAX_WORDS or choose another model with ARCHITECT_MODEL"
            )

    def _draft(self, text: str, gate: Gate, finished: Finished | None) -> Draft:
        if finished is None:
            raise ModelReplyInvalid("the model's reply ended before its end; ask again")
        if not text.strip():
            raise ModelReplyInvalid(
                f"nothing that {finished.model} wrote is supported by the guides; ask again or differently"
            )
        return Draft(
            text=text,
            refs=tuple(gate.refs),
            usage=finished.usage,
            prompts=self._tags,
            verdicts=tuple(gate.verdicts),
            model=finished.model,
        )
