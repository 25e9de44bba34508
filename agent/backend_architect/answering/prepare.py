"""Understands a question before anything is answered: redacts, makes self-contained, judges the scope, searches."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from backend_architect.answering.confidence import (
    NAME_MISSING,
    NOT_COVERED,
    PLANNED_MARGIN,
    PLANNED_SIMILARITY,
    confidence,
    is_name,
    missing_terms,
)
from backend_architect.answering.follow_up import (
    JOINED,
    StandAlone,
    opens_topic,
    pinned,
    stand_alone,
    tells_only,
    without_technologies,
)
from backend_architect.answering.intent import Intent, intent_of
from backend_architect.answering.natural_language import NaturalLanguages
from backend_architect.answering.redact import redact
from backend_architect.answering.replies import Reply, ask_back, ask_in_english, handoff, reply_to
from backend_architect.answering.scope import Planned, ScopeDecision, ScopeJudge, clauses, is_greeting
from backend_architect.errors import QuestionError
from backend_architect.knowledge.asks import load_asks
from backend_architect.knowledge.corrections import Correction, load_corrections
from backend_architect.retrieval import Retriever
from backend_architect.retrieval.context import FOLLOWS, Context
from backend_architect.retrieval.lexical import query_terms
from backend_architect.retrieval.search import questions_in
from backend_architect.retrieval.technologies import Named
from backend_architect.types import Answer, Brief, Handoff, Hit, Ledger, Scope, Section, Specialist, Turn

MAX_QUESTION_CHARACTERS = 50_000
_HITS = 8
_HITS_COMPARED = 3
# What was just talked about is what this many of the last answer's citations belong to.
_CITED_BEFORE = 3
# How far a statement leans on what was said, beside a question that points back.
_TELLS = 0.5
_SEVERAL, _MAX_PARTS = 2, 3
# A text of more clauses than this is a document, not a question with a part for somebody else.
_MOST_CLAUSES = 12
# A question is split between specialists only when its parts are this much nearer to the one than to the other.
_CLEARLY_OTHERS, _CLEARLY_OURS = 0.03, 0.02
# A question of a talk on our subject is another's when its own words are this much nearer to them.
_CLEARLY_ANOTHERS = 0.1
# What answers a part of a question must rank about as high as the best for the whole.
_PART_RATIO = 0.9
_MAX_CORRECTIONS = 2
_SOME_WORDS_UNDERSTOOD = 0.04
# A question with no more telling words than this cannot have said what its case is.
_SHORT_QUESTION = 5

_ABOUT_AGENT = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)

# Everything a terminal or a log could act on; newline and tab stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question understood and searched, before anything is answered."""

    question: str
    scope: Scope
    ledger: Ledger
    started: float
    reply: Reply | None = None
    brief: Brief | None = None
    confidence: float = 1.0
    notices: tuple[str, ...] = ()
    unwritten: str | None = None
    lacking: tuple[str, ...] = ()  # names and terms of art in the question that nothing found speaks of
    handed: Handoff | None = None  # the part of the question that is another specialist's


@dataclass(slots=True)
class Memory:
    """What a conversation remembers; a single question has an empty one."""

    turns: list[Turn] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def remember(self, prepared: Prepared, answer: Answer) -> None:
        self.ledger = prepared.ledger
        standalone = prepared.brief.standalone if prepared.brief else ""
        refs = tuple(citation.ref for citation in answer.citations)
        self.turns.append(
            Turn(
                question=answer.question,
                answer=answer.text,
                refs=refs,
                standalone=standalone,
                confidence=answer.confidence,
            )
        )

    @property
    def answered(self) -> list[Turn]:
        """The turns that answered something, and can be leaned on: no greeting, no hand-over."""
        return [turn for turn in self.turns if turn.standalone]


class Preparer:
    """Prepares questions over one corpus. Safe to share between threads."""

    def __init__(self, retriever: Retriever, knowledge: Path) -> None:
        self._retriever = retriever
        self._knowledge = knowledge
        self._judge = ScopeJudge(retriever, knowledge)
        self._languages = NaturalLanguages(knowledge)

    @cached_property
    def _asks(self) -> Mapping[str, str]:
        return load_asks(self._knowledge)

    @cached_property
    def _corrections(self) -> tuple[Correction, ...]:
        return load_corrections(self._knowledge)

    def prepare(self, question: str, memory: Memory) -> Prepared:
        """Redact, make self-contained, search, judge the scope. Raises QuestionError for what cannot be taken."""
        started = time.perf_counter()
        text, notices = cleaned(question)
        ledger = pinned(memory.ledger, text, self._retriever.named_in(text))
        foreign = self._languages.foreign(text)
        said = foreign.english if foreign else text
        alone = stand_alone(said, memory.answered, self._retriever.named_in)
        prepared = Prepared(text, "in_scope", ledger, started, notices=notices)
        if alone.wish:
            brief = self._brief(text, alone, self._shown(alone, memory), ledger, memory)
            return replace(prepared, brief=brief, confidence=memory.answered[-1].confidence)
        alone, handed = self._ours_and_others(alone, ledger)
        alone, found = self._found(alone, ledger, memory)
        hits = _of_guides(found)
        decision = self._decided(alone, hits, in_talk=bool(memory.answered))
        reply = reply_to(text, decision, found, self._retriever.corpus, ledger)
        if foreign and decision.scope in ("out_of_scope", "greeting_meta") and not is_greeting(text):
            reply = ask_in_english(foreign.language)
        elif alone.lacks_context and not is_greeting(text):
            reply = ask_back(text)
        if foreign and (reply is None or reply.outcome != "asked_back"):
            prepared = replace(prepared, notices=(*notices, foreign.notice))
        if reply is not None:
            scope: Scope = "greeting_meta" if reply.outcome == "asked_back" else decision.scope
            return replace(prepared, scope=scope, reply=reply)
        unwritten = self._unwritten(decision.planned, hits)
        sure = 0.0 if unwritten else confidence(hits)
        lacking = self._lacking(alone.text, hits)
        if sure < NAME_MISSING and not foreign and any(map(is_name, lacking)):
            sure = min(sure, NOT_COVERED / 2)
        if foreign and sure >= _SOME_WORDS_UNDERSTOOD:
            # Of a question in another language only some words count; too few for certainty, enough to show what was found.
            sure = max(sure, NOT_COVERED)
        brief = self._brief(text, alone, hits, ledger, memory)
        return replace(prepared, brief=brief, confidence=sure, unwritten=unwritten, lacking=lacking, handed=handed)

    def _lacking(self, text: str, hits: Sequence[Hit]) -> tuple[str, ...]:
        """Return the names and terms of art of a question that the best two sections do not speak of."""
        missing = missing_terms(self._retriever.corrected(text), hits[:2])
        return tuple(term for term in missing if self._retriever.is_special_term(term))

    def _decided(self, alone: StandAlone, hits: tuple[Hit, ...], *, in_talk: bool) -> ScopeDecision:
        """Return whose question it is. One that follows an answer of ours is ours, unless its own words clearly say otherwise.

        In the middle of a talk a question that is not about this agent is no greeting.
        """
        by_itself = self._judge.decide(alone.said, hits)
        is_meta = by_itself.scope == "greeting_meta"
        if is_greeting(alone.said) or (is_meta and in_talk and _ABOUT_AGENT.search(alone.said)):
            return by_itself
        if is_meta and in_talk and by_itself.is_clear:
            by_itself = replace(by_itself, scope="in_scope")
        if not alone.is_follow_up or by_itself.lead >= _CLEARLY_ANOTHERS:
            return by_itself
        decision = self._judge.decide(alone.text, hits)
        is_others = decision.specialist is not None and decision.specialist == by_itself.specialist
        return decision if is_others else replace(decision, scope="in_scope", specialist=None)

    def _in_guides(self, text: str, *, limit: int) -> tuple[Hit, ...]:
        """Return the best sections that answer questions: those of the scope card speak of this agent."""
        return _of_guides(self._retriever.search(text, limit=limit))

    def _ours_and_others(self, alone: StandAlone, ledger: Ledger) -> tuple[StandAlone, Handoff | None]:
        """Return the part of a question that is ours and the hand-over of the other part, when it clearly has both."""
        asked = [] if alone.is_follow_up else clauses(alone.text)
        if not _SEVERAL <= len(asked) <= _MOST_CLAUSES:
            return alone, None
        # Circumstances belong to whatever is asked: only a clause that asks something can be another's.
        judged = {
            clause: self._judge.decide(clause, self._in_guides(clause, limit=1))
            for clause in asked
            if not tells_only(clause)
        }
        others: list[tuple[str, Specialist]] = [
            (clause, d.specialist) for clause, d in judged.items() if d.specialist and d.lead >= _CLEARLY_OTHERS
        ]
        if not others or not any(d.scope == "in_scope" and d.lead >= _CLEARLY_OURS for d in judged.values()):
            return alone, None
        text = ". ".join(clause for clause in asked if clause not in judged or judged[clause].scope == "in_scope")
        clause, specialist = others[0]
        return replace(alone, text=text, said=text), handoff(clause, specialist, ledger)

    def _shown(self, alone: StandAlone, memory: Memory) -> tuple[Hit, ...]:
        """Return the sections that the last answer cited, for a recap those of all answers, then what else fits the topic."""
        turns = memory.answered if alone.wish == "recap" else memory.answered[-1:]
        cited = list(dict.fromkeys(ref for turn in turns for ref in turn.refs if ref in self._retriever.corpus.by_ref))
        found = {hit.ref: hit for hit in self._in_guides(alone.text, limit=_HITS)}
        again = [found.pop(ref) if ref in found else Hit(self._retriever.corpus.by_ref[ref], 1.0) for ref in cited]
        return (*again, *found.values())

    def _found(self, alone: StandAlone, ledger: Ledger, memory: Memory) -> tuple[StandAlone, tuple[Hit, ...]]:
        """Return what is found, and the question with the topic before it when it turns out to follow the last answer."""
        stack = {"languages": ledger.languages, "frameworks": ledger.frameworks}
        named = self._retriever.named_in(alone.said)
        says_something = any(term not in named.all for term in query_terms(alone.said))
        context = self._context(memory, named)
        if context is None or not says_something or opens_topic(alone.said):
            return alone, self._retriever.search(alone.text, limit=_HITS, **stack)
        leans = 1.0 if alone.is_follow_up else _TELLS if tells_only(alone.said) else 0.0
        hits, likely = self._retriever.search_in(context, alone.said, leans=leans, limit=_HITS, **stack)
        if likely > FOLLOWS:
            alone = replace(alone, text=f"{context.asked.rstrip(' ?.')}{JOINED}{alone.said}", is_follow_up=True)
        return alone, hits

    def _context(self, memory: Memory, named: Named) -> Context | None:
        """Return what the last answer was about, without its technology when another one is asked about now."""
        if not memory.answered:
            return None
        last = memory.answered[-1]
        sections = self._retriever.corpus.by_ref
        is_sure = last.confidence >= NOT_COVERED
        cited = [sections[ref] for ref in last.refs[:_CITED_BEFORE] if is_sure and ref in sections]
        asked, answered = last.standalone.partition(JOINED)[0], cited[0].question if cited else last.question
        if named.languages or named.frameworks:
            asked, answered = (without_technologies(text, self._retriever.named_in) for text in (asked, answered))
        linked = frozenset(ref for section in cited for ref in section.see_also)
        return Context(asked, answered, frozenset(section.guide for section in cited), linked)

    def _brief(self, text: str, alone: StandAlone, hits: tuple[Hit, ...], ledger: Ledger, memory: Memory) -> Brief:
        standalone = alone.text
        named = self._retriever.named_in(standalone)
        corrections = self._corrected(alone.said)
        found = {hit.ref for hit in hits}
        # A model may cite only what it is given: the section behind a correction is given with the best one.
        behind = tuple(Hit(section, 0.0) for _, section in corrections if section.ref not in found)
        intent = _intent(alone, names_technology=bool(named.languages or named.frameworks))
        return Brief(
            question=text,
            standalone=standalone,
            intent=intent,
            hits=(*hits[:1], *behind, *hits[1:]),
            languages=named.languages,
            frameworks=named.frameworks,
            turns=tuple(memory.turns),
            ledger=ledger,
            parts=() if alone.is_follow_up else self._parts(standalone, hits),
            wish=alone.wish or "",
            symptoms=self._retriever.symptoms(standalone, hits[:_HITS_COMPARED]),
            details=self._retriever.details(standalone, hits[:_HITS_COMPARED]),
            corrections=corrections,
            asks="" if memory.turns else self._asks_back(alone.said, intent, hits),
        )

    def _corrected(self, text: str) -> tuple[tuple[str, Section], ...]:
        """Return what must be said first: a wish that would hurt, a premise that is false."""
        mended = self._retriever.corrected(text)
        met = (correction for correction in self._corrections if correction.is_met_by(mended))
        sections = self._retriever.corpus.by_ref
        return tuple((each.say, sections[each.section]) for each in met if each.section in sections)[:_MAX_CORRECTIONS]

    def _asks_back(self, text: str, intent: Intent, hits: tuple[Hit, ...]) -> str:
        """Return what only the asker knows and the answer turns on, when a short question wants a choice or a cause."""
        if len(query_terms(text)) > _SHORT_QUESTION or intent not in ("debug", "compare", "review"):
            return ""
        return next((self._asks[hit.section.guide] for hit in hits[:2] if hit.section.guide in self._asks), "")

    def _parts(self, standalone: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Return the best section for each question when several are asked at once, in the order they are asked."""
        asked = questions_in(standalone)
        if len(asked) < _SEVERAL or not hits:
            return ()
        best = (self._retriever.best_of(hits, question) for question in asked[:_MAX_PARTS])
        return tuple(hit for hit in best if hit.score >= _PART_RATIO * hits[0].score)

    def _unwritten(self, planned: Planned | None, hits: Sequence[Hit]) -> str | None:
        """Return the planned question that this one is, when its section is not written and no other comes near."""
        if planned is None or planned.ref in self._retriever.corpus.by_ref or planned.similarity < PLANNED_SIMILARITY:
            return None
        best = max((hit.signals["question"] for hit in hits), default=0.0)
        return planned.question if planned.similarity >= best + PLANNED_MARGIN else None


def _of_guides(found: Sequence[Hit]) -> tuple[Hit, ...]:
    return tuple(hit for hit in found if hit.section.area != "scope")


def _intent(alone: StandAlone, *, names_technology: bool) -> Intent:
    """Return what a question wants; a follow-up that does not say ("and in Go?") wants what its topic wanted."""
    said = intent_of(alone.said, names_technology=names_technology)
    return intent_of(alone.text) if said == "explain" and alone.is_follow_up else said


def cleaned(question: str) -> tuple[str, tuple[str, ...]]:
    """Return the question without control characters and secrets, and a notice when a secret was taken out."""
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters, at most {MAX_QUESTION_CHARACTERS:,} are taken; "
            "keep the part that shows the problem"
        )
    redacted = redact(_CONTROL.sub(" ", question.replace("\r\n", "\n").replace("\r", "\n")).strip())
    if not redacted.kinds:
        return redacted.text, ()
    return redacted.text, (f"Taken out of your question before anything else saw it: {', '.join(redacted.kinds)}.",)
