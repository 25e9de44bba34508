"""Decides whose question it is: ours, a neighbouring specialist's, nobody's, or just a greeting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend_architect.knowledge.scope_examples import load_scope_examples
from backend_architect.retrieval import Retriever
from backend_architect.types import Scope, Specialist

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
# False refusals cost more than false answers: another label must be nearer than ours by this much to win.
_MARGIN = 0.03
# A question that names our technologies or header fields needs more than that to be called off-topic.
_TECHNICAL_MARGIN = 0.12
# Below this nearness to anything we know, a text without a technical word is not ours.
_UNKNOWN = 0.25
_KNOWN_WORDS = 0.5

_LETTERS = re.compile(r"[^\W\d_]")
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|yo|good (?:morning|evening|afternoon|day)|thanks?(?: you)?(?: (?:so|very) much)?|thx|ty|bye|goodbye|ok(?:ay)?|cool|great|nice"
    r"|perfect|got it|help|test|who are you|what (?:are you|can you do))\b[\s!.?,]*(?:there|all|everyone|again|a lot)?[\s!.?,]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ScopeDecision:
    """Whose question it is. `specialist` is set for a hand-over; `is_clear` is false when there was nothing to judge."""

    scope: Scope
    specialist: Specialist | None = None
    is_clear: bool = True
    nearness: Mapping[str, float] | None = None


class ScopeJudge:
    """Compares a question with labelled examples by the same embedder that searches. Safe to share between threads."""

    def __init__(self, retriever: Retriever, knowledge: Path) -> None:
        self._retriever = retriever
        self._knowledge = knowledge

    def decide(self, question: str) -> ScopeDecision:
        """Return the decision for a question that can stand alone."""
        if not _has_language(question):
            return ScopeDecision("greeting_meta", is_clear=False)
        if _GREETING.match(question):
            return ScopeDecision("greeting_meta")
        nearness = self._nearness(question)
        technical = self._is_technical(question)
        best = max(nearness, key=lambda label: (nearness[label], label == "in_scope"))
        if best == "in_scope":
            if nearness[best] < _UNKNOWN and not technical:
                return ScopeDecision("out_of_scope", nearness=nearness)
            return ScopeDecision("in_scope", nearness=nearness)
        margin = _TECHNICAL_MARGIN if technical and best in ("out_of_scope", "greeting_meta") else _MARGIN
        if nearness[best] - nearness["in_scope"] < margin:
            return ScopeDecision("in_scope", nearness=nearness)
        if best in SPECIALISTS:
            return ScopeDecision("handoff", SPECIALISTS[best], nearness=nearness)
        return ScopeDecision("greeting_meta" if best == "greeting_meta" else "out_of_scope", nearness=nearness)

    def _nearness(self, question: str) -> dict[str, float]:
        import numpy as np

        labels, matrix = self._examples
        similarities = matrix @ self._retriever.embed(self._retriever.corrected(question))
        return {
            label: round(float(np.sort(similarities[labels == label])[-_NEAREST:].mean()), 4)
            for label in dict.fromkeys(labels.tolist())
        }

    @cached_property
    def _examples(self) -> tuple[NDArray[np.str_], NDArray[np.float32]]:
        import numpy as np

        labelled = load_scope_examples(self._knowledge)
        texts = [text for questions in labelled.values() for text in questions]
        labels = [label for label, questions in labelled.items() for _ in questions]
        return np.array(labels), self._retriever.vectors(texts)

    def _is_technical(self, question: str) -> bool:
        from backend_architect.retrieval.search import identifiers

        return self._retriever.named_in(question).any or bool(identifiers(question))


def _has_language(question: str) -> bool:
    """Whether there is anything to judge: at least one word, and not a keyboard accident without vowels."""
    words = list(re.findall(r"[^\W\d_]{2,}", question))
    if not words:
        return bool(re.search(r"\b[1-5]\d\d\b", question))
    latin = [word for word in words if word.isascii()]
    if len(latin) < len(words):
        return True
    return any(re.search(r"[aeiouyAEIOUY]", word) or word.isupper() or len(word) <= 4 for word in words)
