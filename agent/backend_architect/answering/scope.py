"""Decides whose question it is: ours, a neighbouring specialist's, nobody's, or just a greeting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect.answering.confidence import confidence
from backend_architect.knowledge.neighbours import Neighbours
from backend_architect.knowledge.scope_examples import SCOPE_EXAMPLES, ScopeExample, load_scope_examples
from backend_architect.retrieval import Retriever
from backend_architect.types import Hit, Scope, Specialist

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPECIALISTS: Mapping[str, Specialist] = {
    "frontend": "Frontend & UI Specialist",
    "devops": "DevOps & Infrastructure",
    "data": "Database & Data Specialist",
}

# A label's score is the mean similarity of the question to its nearest examples of that label.
_NEAREST = 3
# Each of the first two names that speak for somebody else is worth this much nearness to them.
_NAME, _NAMES = 0.15, 2
# False refusals cost more than false answers: another must be nearer than we are by this much to get the question,
# and by more when it names our technologies or header fields.
_MARGIN: Mapping[str, float] = {
    "frontend": 0.06,
    "devops": 0.06,
    "data": 0.06,
    "out_of_scope": 0.04,
    "greeting_meta": 0.02,
}
_TECHNICAL_MARGIN = 0.05
# The embedder was tuned on the questions of the guides, so that everything is nearer to them than to an example.
_TUNED = 0.9
# The less sure the guides are of an answer, the less they hold on to a question: a neighbour's is then let go at once.
_SURE, _LET_GO = 0.5, 0.1
# Below this nearness to anything we know, a text without a technical word is not ours.
_UNKNOWN = 0.25
_ENOUGH_COVERED = 0.8

# What only a question of ours is about: beside it the name of a specialist's tool says who calls, not who is asked.
_OURS = re.compile(
    r"\b(?:apis?|endpoints?|backends?|rest|graphql|grpc|microservices?|web ?hooks?|middleware|status codes?|server[- ]side|jwts?"
    r"|access tokens?|oauth|(?:our|my|one|the|a|this|single|\w+'s) (?:\w+ )?services?)\b",
    re.IGNORECASE,
)

_GREETING = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|great|cool|perfect|nice|no worries),? )?(?:hi|hello|hey|yo"
    r"|good (?:morning|evening|afternoon|day)|thanks?(?: you)?(?: (?:so|very) much)?|no worries"
    r"|thx|ty|bye|goodbye|ok(?:ay)?|cool|great|nice"
    r"|perfect|got it|help|test|who are you|what (?:are you|can you do))\b[\s!.?,]*(?:there|all|everyone|again|a lot|for now|that helps"
    r"|that(?:'s| is) (?:all|it|clear|great))?[\s!.?,]*$",
    re.IGNORECASE,
)


_SENTENCES = re.compile(r"(?<=[.?!;\n])\s+")
_COORDINATION = re.compile(
    r",?\s+(?:and|then|also|plus)\s+(?:then\s+|also\s+)?(?=(?:how|what|which|where|when|why|who|should|do|does|can|is|are|make|set|add|write|build|fix|deploy"
    r"|configure|design|style|create|show|tell|give|explain|train|run|the)\b)",
    re.IGNORECASE,
)
_CLAUSE_WORDS = 4
# What asks without a question mark.
_WISH = re.compile(
    r"\b(?:i|we) (?:also )?(?:need|want|have to|must|should|would like|am supposed|are supposed)\b|\b(?:please|help me)\b"
    r"|^\W*(?:also |and )?(?:build|design|write|show|give|explain|set up|add|make|create|compare|review|how|what|which)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A section of the syllabus that a question resembles, by the cosine of the two questions."""

    ref: str
    question: str
    similarity: float


@dataclass(frozen=True, slots=True)
class ScopeDecision:
    """Whose question it is. `specialist` is set for a hand-over; `is_clear` is false when there was nothing to judge.

    `lead` is by how much that owner is nearer than the next, by examples and names together.
    """

    scope: Scope
    specialist: Specialist | None = None
    is_clear: bool = True
    planned: Planned | None = None
    lead: float = 0.0


class ScopeJudge:
    """Compares a question with labelled examples, and looks for names that speak for others. Safe to share between threads."""

    def __init__(self, retriever: Retriever, knowledge: Path) -> None:
        self._retriever = retriever
        self._knowledge = knowledge

    def decide(self, question: str, hits: Sequence[Hit]) -> ScopeDecision:
        """Return the decision for a question that can stand alone, and what the guides have for it."""
        if not self._can_be_read(question):
            return ScopeDecision("greeting_meta", is_clear=False)
        if is_greeting(question):
            return ScopeDecision("greeting_meta")
        similarities = self._similarities(question)
        nearness = self._nearness(similarities)
        doubt = _LET_GO * max(0.0, _SURE - confidence(hits))
        nearness["in_scope"] = max([nearness["in_scope"], *map(_nearness_of_guides, hits[:1])]) - doubt
        is_of_backend = bool(_OURS.search(question))
        for owner, names in self._neighbours.mentioned_in(question).items():
            if owner not in SPECIALISTS or not is_of_backend:
                nearness[owner] += _NAME * min(names, _NAMES)
        label = _winner(nearness, is_technical=self._is_technical(question))
        lead = nearness[label] - max(value for other, value in nearness.items() if other != label)
        if label in SPECIALISTS:
            return ScopeDecision("handoff", SPECIALISTS[label], lead=lead)
        if label == "in_scope":
            return ScopeDecision("in_scope", planned=self._planned(similarities), lead=lead)
        return ScopeDecision("greeting_meta" if label == "greeting_meta" else "out_of_scope")

    def _similarities(self, question: str) -> NDArray[np.float32]:
        _, matrix = self._examples
        similarities: NDArray[np.float32] = matrix @ self._retriever.embed(self._retriever.corrected(question))
        return similarities

    def _nearness(self, similarities: NDArray[np.float32]) -> dict[str, float]:
        import numpy as np

        return {
            label: float(np.partition(similarities[rows], -_NEAREST)[-_NEAREST:].mean())
            for label, rows in self._rows.items()
        }

    @cached_property
    def _rows(self) -> Mapping[str, list[int]]:
        """The rows of the examples of each label."""
        rows: dict[str, list[int]] = {}
        for at, example in enumerate(self._examples[0]):
            rows.setdefault(example.label, []).append(at)
        return rows

    def _planned(self, similarities: NDArray[np.float32]) -> Planned:
        examples, _ = self._examples
        nearest = max(self._planned_rows, key=lambda at: similarities[at])
        example = examples[nearest]
        return Planned(example.ref or "", example.question, round(float(similarities[nearest]), 4))

    @cached_property
    def _planned_rows(self) -> list[int]:
        return [at for at, example in enumerate(self._examples[0]) if example.ref]

    @cached_property
    def _examples(self) -> tuple[list[ScopeExample], NDArray[np.float32]]:
        examples = load_scope_examples(self._knowledge)
        return examples, self._retriever.vectors([example.question for example in examples], shipped_as=SCOPE_EXAMPLES)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours.load(self._knowledge)

    def _can_be_read(self, question: str) -> bool:
        """Whether there is anything to judge: a word we know, a status code, a name in code, another script than ours."""
        if (
            re.search(r"[a-z]_[a-z]", question)
            or re.search(r"\b[1-5]\d\d\b", question)
            or re.search(r"[^\W\d_\x00-\x7f]{2}", question)
        ):
            return True
        return self._retriever.has_known_word(question)

    def _is_technical(self, question: str) -> bool:
        from backend_architect.retrieval.search import identifiers

        return self._retriever.named_in(question).any or bool(identifiers(question))


def clauses(text: str) -> list[str]:
    """Return the parts of a text that can belong to different specialists: its sentences and their coordinated halves.

    Where only one of them asks, it is the only part: the others say how things are, and nobody would answer them.
    """
    sentences = _SENTENCES.split(text)
    asking = _halves(sentence for sentence in sentences if sentence.rstrip().endswith("?") or _WISH.search(sentence))
    return asking if len(asking) == 1 else _halves(sentences)


def _halves(sentences: Iterable[str]) -> list[str]:
    halves = (half.strip(" ,.;") for sentence in sentences for half in _COORDINATION.split(sentence))
    return [half for half in halves if len(half.split()) >= _CLAUSE_WORDS]


def is_greeting(text: str) -> bool:
    """Whether a text is nothing but a greeting, a word of thanks or a call for help."""
    return bool(_GREETING.match(text))


def _nearness_of_guides(hit: Hit) -> float:
    """Return how near the questions of the best section are, the same mean of three; less when it lacks the question's words.

    "How do I keep cookies soft" is near to sections on cookies, which speak neither of keeping nor of soft.
    """
    known = min(1.0, hit.signals["covered"] / _ENOUGH_COVERED)
    return _TUNED * hit.signals["questions3"] * (1 + known) / 2


def _winner(nearness: Mapping[str, float], *, is_technical: bool) -> str:
    """Return the label that wins: ours unless another is nearer by its margin."""
    best = max(nearness, key=lambda label: (nearness[label], label == "in_scope"))
    ours = nearness["in_scope"]
    if best == "in_scope":
        return "out_of_scope" if ours < _UNKNOWN and not is_technical else "in_scope"
    margin = _MARGIN[best] + (_TECHNICAL_MARGIN if is_technical else 0.0)
    return best if nearness[best] - ours >= margin else "in_scope"
