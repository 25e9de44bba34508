"""The front door: wires the rooms once and turns a question into events that end in an answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from backend_architect import resources
from backend_architect.answering.confidence import FEW_WORDS, NOT_COVERED, PARTLY
from backend_architect.answering.extractive import compose
from backend_architect.answering.prepare import Memory, Prepared, Preparer, cleaned
from backend_architect.answering.replies import Reply, aside, not_covered
from backend_architect.errors import ModelError
from backend_architect.gaps import GapLog
from backend_architect.knowledge import Corpus
from backend_architect.knowledge.markdown import first_sentence
from backend_architect.retrieval import Retriever
from backend_architect.settings import Settings, default_cache_dir, default_data_dir
from backend_architect.types import (
    Answer,
    Brief,
    Citation,
    CitedSource,
    Delta,
    Done,
    Draft,
    Event,
    Hit,
    Ledger,
    Mode,
    Section,
    Started,
    Trace,
    TracedHit,
    Turn,
    Usage,
)

if TYPE_CHECKING:
    from backend_architect.answering.llm import ModelAnswers
    from backend_architect.models import BackgroundLoop, Model

_TOOL_HITS = 4
_FOLLOW_UPS = 3


class _Rooms:
    """Knowledge, retrieval and both ways of answering, wired once and shared by all conversations."""

    def __init__(self, settings: Settings, model: Model | None = None) -> None:
        self.settings = settings
        self._given_model = model
        self._knowledge = resources.folder("knowledge")

    @property
    def corpus(self) -> Corpus:
        return self.retriever.corpus

    @cached_property
    def retriever(self) -> Retriever:
        return Retriever(
            cache=self.settings.cache_dir or default_cache_dir(),
            own=self.settings.guides_dir,
            choice=self.settings.store,
            chroma_url=self.settings.chroma_url,
            knowledge=self._knowledge,
        )

    @cached_property
    def preparer(self) -> Preparer:
        return Preparer(self.retriever, self._knowledge)

    @cached_property
    def model(self) -> Model | None:
        """The model, or None without an endpoint; nothing of it is imported before it is asked for."""
        if self._given_model is not None or not self.settings.has_model:
            return self._given_model
        from backend_architect.models import Endpoint, ModelAgent

        return ModelAgent(Endpoint(self.settings))

    @cached_property
    def model_answers(self) -> ModelAnswers | None:
        """The way of answering with a model, or None without one."""
        if self.model is None:
            return None
        from backend_architect.answering.llm import ModelAnswers
        from backend_architect.prompts import Prompts

        def search(query: str) -> Sequence[Hit]:
            return self.retriever.search(query, limit=_TOOL_HITS)

        return ModelAnswers(self.model, Prompts.load(), settings=self.settings, search=search)

    def note_gap(self, answer: Answer) -> None:
        """Write an unanswered question to the local log, when that is switched on."""
        if self.settings.log_gaps:
            GapLog(self.settings.data_dir or default_data_dir()).note(answer)

    async def aclose_model(self) -> None:
        """Close the model's connections of the running event loop, when there are any."""
        if model := self.__dict__.get("model"):
            await model.aclose()

    def close(self) -> None:
        if "retriever" in self.__dict__:
            self.retriever.close()

    # --- answering ---

    def from_guides(self, prepared: Prepared, extra_notices: tuple[str, ...] = ()) -> Answer:
        """Return the answer composed without a model."""
        prepared = replace(prepared, notices=prepared.notices + extra_notices)
        if prepared.reply is not None:
            return self._from_reply(prepared, prepared.reply)
        brief = prepared.brief
        if brief is None:
            raise RuntimeError("prepare() sets a reply or a brief")
        if not brief.hits or prepared.confidence < NOT_COVERED:
            return self._from_reply(prepared, not_covered(brief.hits, prepared.unwritten))
        draft = compose(brief, max_words=self.settings.max_words)
        prepared = replace(prepared, notices=(*prepared.notices, *self._gaps(prepared, brief)))
        return self._from_draft(prepared, brief, draft, "guides")

    def _gaps(self, prepared: Prepared, brief: Brief) -> tuple[str, ...]:
        """Return a notice that names what the answer lacks, when it is unsure or most of the question's words are unknown."""
        if brief.wish:
            return ()
        is_unsure = prepared.confidence < PARTLY or brief.hits[0].signals["covered"] < FEW_WORDS
        if not (is_unsure and prepared.lacking):
            return ()
        return (
            f"The guides answer this only in part; they say nothing here about: {', '.join(prepared.lacking[:5])}.",
        )

    async def events(self, prepared: Prepared) -> AsyncIterator[Event]:
        """Yield the events of an answer: from the model when one is configured, else from the guides."""
        yield _started(prepared)
        model = self.model_answers if prepared.reply is None else None
        if model is None or prepared.brief is None:
            answer = self.from_guides(prepared)
            yield Delta(answer.text)
            yield Done(answer)
            return
        said: list[str] = []
        try:
            async for item in model.stream(prepared.brief):
                if isinstance(item, Draft):
                    if prepared.handed:
                        yield Delta(f"\n\n{aside(prepared.handed)}")
                    yield Done(self._from_draft(prepared, prepared.brief, item, "model"))
                else:
                    said.append(item)
                    yield Delta(item)
        except ModelError as error:
            for event in self._fallen_back(prepared, "".join(said), error):
                yield event

    def _fallen_back(self, prepared: Prepared, said: str, error: ModelError) -> Iterator[Event]:
        """Yield the guides' answer after a model failed, and say that it did; what was already shown stays."""
        answer = self.from_guides(prepared, (f"The model did not answer: {error}. This answer is from the guides.",))
        lead = "\n\n*The model stopped here. From the guides:*\n\n" if said.strip() else ""
        yield Delta(lead + answer.text)
        yield Done(answer.model_copy(update={"text": said + lead + answer.text}))

    # --- building the answer ---

    def _from_reply(self, prepared: Prepared, reply: Reply) -> Answer:
        brief = prepared.brief
        return Answer(
            question=prepared.question,
            text=reply.text,
            scope=prepared.scope,
            outcome=reply.outcome,
            mode="guides",
            citations=self._citations(reply.refs),
            handoff=reply.handoff,
            confidence=prepared.confidence if brief else 1.0,
            notices=prepared.notices,
            follow_ups=reply.follow_ups,
            usage=Usage(seconds=_since(prepared.started)),
            trace=self._trace(brief) if brief else Trace(),
        )

    def _from_draft(self, prepared: Prepared, brief: Brief, draft: Draft, mode: Mode) -> Answer:
        trace = self._trace(brief).model_copy(
            update={"verdicts": draft.verdicts, "prompts": draft.prompts, "model": draft.model}
        )
        overdue = self.corpus.overdue(draft.refs, dt.date.today())
        dated = (
            (f"Past their review date, check before relying on them: facts {', '.join(overdue)}.",) if overdue else ()
        )
        handed = prepared.handed
        return Answer(
            question=prepared.question,
            text=f"{draft.text}\n\n{aside(handed)}" if handed else draft.text,
            scope="in_scope",
            outcome="answered",
            handoff=handed,
            mode=mode,
            citations=self._citations(draft.refs),
            confidence=prepared.confidence,
            notices=(*prepared.notices, *draft.notices, *dated),
            follow_ups=self._follow_ups(draft.refs),
            usage=draft.usage.model_copy(update={"seconds": _since(prepared.started)}),
            trace=trace,
        )

    def _citations(self, refs: Sequence[str]) -> tuple[Citation, ...]:
        return tuple(_citation(number, self.corpus.by_ref[ref]) for number, ref in enumerate(refs, 1))

    def _follow_ups(self, refs: Sequence[str]) -> tuple[str, ...]:
        near = (also for ref in refs for also in self.corpus.by_ref[ref].see_also)
        fresh = (ref for ref in dict.fromkeys(near) if ref in self.corpus.by_ref and ref not in refs)
        return tuple(self.corpus.by_ref[ref].question for ref in fresh)[:_FOLLOW_UPS]

    def _trace(self, brief: Brief) -> Trace:
        hits = tuple(
            TracedHit(ref=hit.ref, score=hit.score, signals=dict(hit.signals), matched=hit.matched)
            for hit in brief.hits
        )
        return Trace(standalone=brief.standalone, intent=brief.intent, hits=hits, search=self.retriever.store_name)


class Architect:
    """Answers backend and API design questions. Without an endpoint it composes them from the guides.

    Options are those of `Settings`, keyword only; `model` takes a test double from `backend_architect.testing`.
    Making one is cheap, the first question loads what it needs. Safe to share between threads; use one per process.

    >>> with Architect(use_model=False) as architect:
    ...     answer = architect.ask("What does a 201 need besides the status?")
    >>> answer.citations[0].ref
    'api-design/methods-status-and-errors#create-response'
    """

    def __init__(self, *, settings: Settings | None = None, model: Model | None = None, **choices: Any) -> None:
        self._rooms = _Rooms(settings or Settings.load(**choices), model)
        self._loop: BackgroundLoop | None = None

    def ask(self, question: str) -> Answer:
        """Return the finished answer. Raises QuestionError when the question cannot be taken."""
        return _last(self.stream(question))

    def stream(self, question: str) -> Iterator[Event]:
        """Yield Started, any number of Delta, and exactly one Done. Stop iterating to stop the answer."""
        return self._stream(question, Memory())

    def search(self, question: str, *, limit: int = 5) -> tuple[Hit, ...]:
        """Return the best sections for a question, best first, with scores in [0, 1]."""
        return self._rooms.retriever.search(cleaned(question)[0], limit=limit)

    def conversation(self) -> Conversation:
        """Return a new conversation that remembers its turns."""
        return Conversation(self._stream)

    def sections(self) -> tuple[Section, ...]:
        """Return the whole corpus in the order of references."""
        return self._rooms.corpus.sections

    def warm_up(self) -> None:
        """Load embedder, vectors and words now, then open the index behind: for sessions that will ask more than once."""
        self._rooms.retriever.warm_up()
        if self._rooms.model is not None:
            self._background.run(self._rooms.model.warm_up())
        self._rooms.retriever.start_store()

    def build_index(self) -> str:
        """Open the vector store, building it when it is missing, and return its name or why search stays exact."""
        return self._rooms.retriever.build_store()

    @property
    def settings(self) -> Settings:
        return self._rooms.settings

    @property
    def is_indexing(self) -> bool:
        """Whether the vector store is being opened or built behind the answers."""
        return self._rooms.retriever.is_opening_store

    @property
    def store_name(self) -> str:
        """Which vector search is in use: `chroma`, or `exact` with the reason."""
        return self._rooms.retriever.store_name

    def close(self) -> None:
        """Release the index and, when a model was asked, its connection. Using the object again reopens them."""
        if self._loop is not None:
            self._loop.run(self._rooms.aclose_model())
            self._loop.close()
            self._loop = None
        self._rooms.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _stream(self, question: str, memory: Memory) -> Iterator[Event]:
        prepared = self._rooms.preparer.prepare(question, memory)
        for event in self._events(prepared):
            if isinstance(event, Done):
                memory.remember(prepared, event.answer)
                self._rooms.note_gap(event.answer)
            yield event

    def _events(self, prepared: Prepared) -> Iterator[Event]:
        if prepared.reply is not None or self._rooms.model_answers is None:
            answer = self._rooms.from_guides(prepared)
            yield from (_started(prepared), Delta(answer.text), Done(answer))
            return
        yield from self._background.iterate(lambda: self._rooms.events(prepared))

    @property
    def _background(self) -> BackgroundLoop:
        if self._loop is None:
            from backend_architect.models import BackgroundLoop

            self._loop = BackgroundLoop()
        return self._loop


class AsyncArchitect:
    """`Architect` with `await` and `async for`; the same options, the same events."""

    def __init__(self, *, settings: Settings | None = None, model: Model | None = None, **choices: Any) -> None:
        self._rooms = _Rooms(settings or Settings.load(**choices), model)

    async def ask(self, question: str) -> Answer:
        """Return the finished answer. Raises QuestionError when the question cannot be taken."""
        return await _last_async(self.stream(question))

    def stream(self, question: str) -> AsyncIterator[Event]:
        """Yield Started, any number of Delta, and exactly one Done."""
        return self._stream(question, Memory())

    async def search(self, question: str, *, limit: int = 5) -> tuple[Hit, ...]:
        """Return the best sections for a question, best first, with scores in [0, 1]."""
        text = cleaned(question)[0]
        return await asyncio.to_thread(self._rooms.retriever.search, text, limit=limit)

    def conversation(self) -> AsyncConversation:
        """Return a new conversation that remembers its turns."""
        return AsyncConversation(self._stream)

    def sections(self) -> tuple[Section, ...]:
        """Return the whole corpus in the order of references."""
        return self._rooms.corpus.sections

    @property
    def settings(self) -> Settings:
        return self._rooms.settings

    async def close(self) -> None:
        """Release the index and the model's connections of the running event loop."""
        await self._rooms.aclose_model()
        self._rooms.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def _stream(self, question: str, memory: Memory) -> AsyncIterator[Event]:
        # Preparing is some ten milliseconds of arithmetic; in a thread it does not hold up other conversations.
        prepared = await asyncio.to_thread(self._rooms.preparer.prepare, question, memory)
        async for event in self._rooms.events(prepared):
            if isinstance(event, Done):
                memory.remember(prepared, event.answer)
                self._rooms.note_gap(event.answer)
            yield event


class Conversation:
    """A conversation, made by `Architect.conversation`: follow-ups lean on earlier turns, and what is said about the stack stays pinned."""

    def __init__(self, stream: Callable[[str, Memory], Iterator[Event]]) -> None:
        self._stream = stream
        self._memory = Memory()

    def ask(self, question: str) -> Answer:
        """Return the finished answer to the next question of this conversation."""
        return _last(self.stream(question))

    def stream(self, question: str) -> Iterator[Event]:
        """Yield the events of the next answer; a stopped answer is not remembered."""
        return self._stream(question, self._memory)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(self._memory.turns)

    @property
    def ledger(self) -> Ledger:
        return self._memory.ledger

    def clear(self) -> None:
        """Forget all turns and everything pinned."""
        self._memory = Memory()


class AsyncConversation:
    """`Conversation` with `await` and `async for`."""

    def __init__(self, stream: Callable[[str, Memory], AsyncIterator[Event]]) -> None:
        self._stream = stream
        self._memory = Memory()

    async def ask(self, question: str) -> Answer:
        """Return the finished answer to the next question of this conversation."""
        return await _last_async(self.stream(question))

    def stream(self, question: str) -> AsyncIterator[Event]:
        """Yield the events of the next answer; a stopped answer is not remembered."""
        return self._stream(question, self._memory)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(self._memory.turns)

    @property
    def ledger(self) -> Ledger:
        return self._memory.ledger

    def clear(self) -> None:
        """Forget all turns and everything pinned."""
        self._memory = Memory()


def _started(prepared: Prepared) -> Started:
    refs = (
        tuple(hit.ref for hit in prepared.brief.hits)
        if prepared.brief
        else prepared.reply.refs
        if prepared.reply
        else ()
    )
    return Started(prepared.scope, refs)


def _citation(number: int, section: Section) -> Citation:
    sources = tuple(CitedSource(title=s.title, url=s.url, places=s.places) for s in section.sources)
    return Citation(
        number=number,
        ref=section.ref,
        guide_title=section.guide_title,
        question=section.question,
        quote=first_sentence(section.short_answer),
        sources=sources,
        origin=section.origin,
    )


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)


def _last(events: Iterator[Event]) -> Answer:
    answer: Answer | None = None
    for event in events:
        if isinstance(event, Done):
            answer = event.answer
    if answer is None:
        raise RuntimeError("a stream ended without Done")
    return answer


async def _last_async(events: AsyncIterator[Event]) -> Answer:
    answer: Answer | None = None
    async for event in events:
        if isinstance(event, Done):
            answer = event.answer
    if answer is None:
        raise RuntimeError("a stream ended without Done")
    return answer
