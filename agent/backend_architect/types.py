"""The shared nouns: what guides, searches and answers are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Scope = Literal["in_scope", "handoff", "out_of_scope", "greeting_meta"]
Outcome = Literal["answered", "not_covered", "handed_over", "declined", "greeted", "asked_back"]
Mode = Literal["guides", "model"]
Specialist = Literal["Frontend & UI Specialist", "DevOps & Infrastructure", "Database & Data Specialist"]
PassageKind = Literal["question", "answer", "prose", "detail"]
Support = Literal["supported", "judgement", "contradicted", "unsupported", "exempt"]


# Guides name the regions of their counter-examples so (docs/authoring.md 2.5).
_COUNTER_EXAMPLE = re.compile(r"vulnerable|naive|insecure|unsafe|leaky|wrong|attack", re.IGNORECASE)
_COUNTER_CAPTION = re.compile(
    r"\b(?:vulnerable|naive|insecure)\b(?!.*\b(?:fixed|corrected|refuses|instead)\b)", re.IGNORECASE
)
_COUNTER_DEFINITION = re.compile(r"\b(?:def|function|func|fn)\s+\w*(?:vulnerable|insecure|naive)", re.IGNORECASE)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# --- knowledge ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A primary source a section rests on, at the places it names."""

    id: str
    title: str
    publisher: str
    url: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A code block of a section with the one line that says what it shows."""

    caption: str
    language: str
    code: str
    example: str | None = None
    executed: bool = True

    @property
    def is_counter_example(self) -> bool:
        """Whether it shows the mistake, not the way: such a listing never stands alone in an answer."""
        return bool(
            _COUNTER_EXAMPLE.search(self.example or "")
            or _COUNTER_CAPTION.search(self.caption)
            or _COUNTER_DEFINITION.search(self.code)
        )


@dataclass(frozen=True, slots=True)
class Pitfall:
    """What one sees, why it happens, what mends it."""

    symptom: str
    cause: str
    fix: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A narrower question inside a section's question, and the verdict on it."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Part:
    """One body part of a section (`why`, `how`, `compare`, `numbers`), as Markdown blocks."""

    name: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer: the unit of knowledge, of retrieval and of citation."""

    ref: str
    guide_title: str
    question: str
    also_asked: tuple[str, ...]
    short_answer: str
    parts: tuple[Part, ...] = ()
    listings: tuple[Listing, ...] = ()
    pitfalls: tuple[Pitfall, ...] = ()
    details: tuple[Detail, ...] = ()
    sources: tuple[Source, ...] = ()
    see_also: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    origin: Literal["shipped", "own"] = "shipped"

    @property
    def guide(self) -> str:
        return self.ref.partition("#")[0]

    @property
    def area(self) -> str:
        return self.guide.partition("/")[0]

    def part(self, name: str) -> tuple[str, ...]:
        """Return the blocks of one body part, empty when the section has none."""
        return next((part.blocks for part in self.parts if part.name == name), ())

    @property
    def prose(self) -> str:
        """Everything the section claims, without code: what a citation can rest on."""
        pitfalls = (f"{p.symptom}. {p.cause}. {p.fix}." for p in self.pitfalls)
        details = (f"{detail.question} {detail.answer}" for detail in self.details)
        blocks = (block for part in self.parts for block in part.blocks)
        captions = (listing.caption for listing in self.listings)
        return "\n\n".join([self.question, self.short_answer, *blocks, *pitfalls, *details, *captions])


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a section short enough for the embedder, prefixed with guide title and question."""

    ref: str
    kind: PassageKind
    text: str


# --- retrieval ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked section: its fused score in [0, 1] and what each signal contributed."""

    section: Section
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)
    matched: str = ""

    @property
    def ref(self) -> str:
        return self.section.ref


# --- answers -----------------------------------------------------------------------------------


class CitedSource(_Frozen):
    """A primary source as an answer shows it."""

    title: str
    url: str
    places: tuple[str, ...] = ()


class Citation(_Frozen):
    """What `[number]` in the text stands for."""

    number: int = Field(ge=1)
    ref: str
    guide_title: str
    question: str
    quote: str
    sources: tuple[CitedSource, ...] = ()
    origin: Literal["shipped", "own"] = "shipped"


class HandoffPacket(_Frozen):
    """What the next specialist needs so that nobody has to repeat themselves."""

    question: str
    constraints: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    open_points: tuple[str, ...] = ()


class Handoff(_Frozen):
    specialist: Specialist
    reason: str
    packet: HandoffPacket


class Usage(_Frozen):
    """What the answer cost; tokens are zero when no model was asked."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    model_calls: int = 0
    seconds: float = 0.0


class TracedHit(_Frozen):
    ref: str
    score: float
    signals: dict[str, float] = Field(default_factory=dict)
    matched: str = ""


class Verdict(_Frozen):
    """What the gate decided about one statement, and why."""

    statement: str
    support: Support
    refs: tuple[str, ...] = ()
    reason: str = ""


class Trace(_Frozen):
    standalone: str = ""
    intent: str = ""
    hits: tuple[TracedHit, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    prompts: tuple[str, ...] = ()
    model: str | None = None
    search: str = ""


class Answer(_Frozen):
    """A finished reply. `text` is Markdown whose `[n]` are the numbers of `citations`."""

    question: str
    text: str
    scope: Scope
    outcome: Outcome
    mode: Mode
    citations: tuple[Citation, ...] = ()
    handoff: Handoff | None = None
    confidence: float = Field(default=0.0, ge=0.0, le=1.0)
    notices: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    usage: Usage = Usage()
    trace: Trace = Trace()


# --- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """First event of a stream: what kind of reply is coming and from which sections."""

    scope: Scope
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """More of the text, already gated; the deltas of a stream joined are the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Last event of a stream."""

    answer: Answer


Event = Started | Delta | Done


# --- conversation ------------------------------------------------------------------------------


class Turn(_Frozen):
    """One exchange as history keeps it: no passages, only what was said and cited."""

    question: str
    answer: str
    refs: tuple[str, ...] = ()
    standalone: str = ""
    confidence: float = 0.0


class Ledger(_Frozen):
    """Pinned for the whole conversation: what the asker builds with and has decided."""

    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the ledger as short lines for a prompt or a hand-off, empty when nothing is pinned."""
        named = (("language", self.languages), ("framework", self.frameworks))
        stack = tuple(f"{label}: {', '.join(values)}" for label, values in named if values)
        return stack + self.constraints + tuple(f"decided: {decision}" for decision in self.decisions)


# --- between the rooms of answering ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brief:
    """All that either way of answering may use: the question and what was found for it."""

    question: str
    standalone: str
    intent: str
    hits: tuple[Hit, ...]
    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    parts: tuple[Hit, ...] = ()  # the best section for each question, when several were asked at once
    wish: str = ""  # the last answer in another form: shorter, deeper, its code … (answering/follow_up.py)
    asks: str = ""  # what would make the answer more specific, when the question says little
    symptoms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # by section, how near each pitfall's is
    details: Mapping[str, tuple[float, ...]] = field(
        default_factory=dict
    )  # by section, how near each of its details is
    corrections: tuple[tuple[str, Section], ...] = ()  # what to say first of a wish or premise, and what supports it


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed text whose `[n]` means `refs[n - 1]`, before citations are built."""

    text: str
    refs: tuple[str, ...]
    usage: Usage = field(default_factory=Usage)
    prompts: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    notices: tuple[str, ...] = ()
    model: str | None = None
