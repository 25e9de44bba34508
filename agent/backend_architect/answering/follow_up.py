"""Makes an elliptic follow-up ("and in Go?", "why?", "the second one") self-contained before anything is searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from backend_architect.retrieval.lexical import query_terms
from backend_architect.retrieval.technologies import Named
from backend_architect.types import Ledger, Turn

_OPENERS = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what about|how about|what if|why(?: not)?|why is that|really|ok(?:ay)?,?|same|instead|shorter|longer|deeper|more"
    r"|go on|continue|explain|elaborate|recap|summar\w+|in short|tl;?dr|show (?:me )?(?:the )?code|the code|code|example|an example|now|yes|no)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|the (?:first|second|third|last|other|former|latter)(?: (?:one|option|approach|point))?|above|same"
    r"|previous|you (?:said|mentioned|suggested)|your (?:answer|suggestion|example))\b",
    re.IGNORECASE,
)
_FEW_TERMS = 4

_FRAMED = re.compile(
    r"\b(?:we|i|our|my)(?:'re| are| am|'m)?\s+(?:use|using|run|running|on|have|build|building|work with|write|is|stack is|app is|service is)\b|\bwe're on\b",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"\b(?:we|i)(?:'ve| have)?\s+(?:decided|chose|chosen|picked|settled|went with|go with)\b[^.?!\n]{3,120}",
    re.IGNORECASE,
)
_CONSTRAINT = re.compile(
    r"\b(?:we|i|our|my)\b[^.?!\n]{0,40}\b(?:must|cannot|can't|need to|have to|only|no more than|at most|at least|team of|not allowed)\b[^.?!\n]{3,120}",
    re.IGNORECASE,
)
_MAX_PINNED = 12


@dataclass(frozen=True, slots=True)
class StandAlone:
    """A question that can be searched alone; `is_follow_up` says whether earlier turns went into it."""

    text: str
    is_follow_up: bool
    lacks_context: bool = False


def stand_alone(question: str, turns: Sequence[Turn], named_in: Callable[[str], Named]) -> StandAlone:
    """Return the question with the topic of the last turn carried over when it leans on it.

    `lacks_context` is true when it leans on something and there is no earlier turn to lean on.
    """
    if not is_elliptic(question, named_in):
        return StandAlone(question, is_follow_up=False)
    if not turns:
        return StandAlone(question, is_follow_up=False, lacks_context=not query_terms(question))
    topic = turns[-1].standalone or turns[-1].question
    named = named_in(question)
    if named.languages or named.frameworks:
        topic = _without_technologies(topic, named_in)
    return StandAlone(f"{topic.rstrip(' ?.')} — {question.strip()}", is_follow_up=True)


def is_elliptic(question: str, named_in: Callable[[str], Named]) -> bool:
    """Whether a question leans on what was said before: by its opening, a reference, or by saying almost nothing itself."""
    telling = query_terms(question)
    named = named_in(question)
    opens = bool(_OPENERS.match(question))
    refers = bool(_REFERENCES.search(question))
    if opens and len(telling) <= _FEW_TERMS + len(named.languages) + len(named.frameworks):
        return True
    if refers and len(telling) <= _FEW_TERMS:
        return True
    only_names = bool(named.languages or named.frameworks) and len(telling) <= 1
    return only_names or not telling


def _without_technologies(topic: str, named_in: Callable[[str], Named]) -> str:
    """Drop 'in Python', 'with Django' from a topic that is now asked about for another technology."""
    words = topic.split()
    kept: list[str] = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if named_in(f"x in {word.strip('?,.')}").any and before.lower() in ("in", "with", "using", "for"):
            kept.pop()
            continue
        kept.append(word)
    return " ".join(kept)


def pinned(ledger: Ledger, question: str, named: Named) -> Ledger:
    """Return the ledger with what this question says about the asker's stack, constraints and decisions."""
    says_stack = bool(_FRAMED.search(question))
    languages = named.languages if says_stack and named.languages else ledger.languages
    frameworks = named.frameworks if says_stack and named.frameworks else ledger.frameworks
    decisions = _with_new(ledger.decisions, (m.group().strip() for m in _DECIDED.finditer(question)))
    said = (m.group().strip() for m in _CONSTRAINT.finditer(question))
    return Ledger(
        languages=languages,
        frameworks=frameworks,
        constraints=_with_new(ledger.constraints, said),
        decisions=decisions,
    )


def _with_new(known: tuple[str, ...], said: Iterable[str]) -> tuple[str, ...]:
    fresh = [text for text in said if text not in known]
    return (*known, *fresh)[-_MAX_PINNED:]
