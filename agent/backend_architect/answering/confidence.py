"""How sure a search is that the guides answer the question: the base of an honest "not covered"."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend_architect.retrieval.lexical import query_terms, terms
from backend_architect.types import Hit

# Fitted on dev cases: questions the guides answer against planned questions nobody has written yet (evals/README.md).
_BIAS = -6.2
_WEIGHT_SIMILARITY = 9.0
_WEIGHT_TERMS = 3.4

# Below NOT_COVERED the reply says so; below PARTLY it answers and says what it lacks.
NOT_COVERED = 0.32
PARTLY = 0.5


def confidence(question: str, hits: Sequence[Hit]) -> float:
    """Return in [0, 1] how well the best sections fit the question: by meaning, and by the telling words they share."""
    if not hits:
        return 0.0
    best = hits[0]
    similarity = max(best.signals.get("question", 0.0), best.signals.get("prose", 0.0))
    value = _BIAS + _WEIGHT_SIMILARITY * similarity + _WEIGHT_TERMS * covered_share(question, hits[:2])
    return round(1 / (1 + math.exp(-value)), 4)


def covered_share(question: str, hits: Sequence[Hit]) -> float:
    """Return which share of the question's telling words the given sections contain, longer words counting more."""
    asked = query_terms(question)
    if not asked:
        return 0.0
    present = _words_of(hits)
    return sum(len(term) for term in asked if term in present) / sum(len(term) for term in asked)


def missing_terms(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the telling words of a question that none of the given sections contains."""
    present = _words_of(hits)
    return tuple(term for term in query_terms(question) if term not in present and len(term) > 2)


def _words_of(hits: Sequence[Hit]) -> set[str]:
    present: set[str] = set()
    for hit in hits:
        section = hit.section
        for text in (section.prose, *section.also_asked, *(listing.code for listing in section.listings)):
            present.update(_forms(text))
    return present


def _forms(text: str) -> set[str]:
    """Return the terms of a text with their plain English endings taken off, so that 'retries' covers 'retry'."""
    found = set(terms(text))
    for term in list(found):
        found.add(term.removesuffix("s"))
        found.add(term + "s")
        if term.endswith("ies"):
            found.add(term[:-3] + "y")
        if term.endswith("y"):
            found.add(term[:-1] + "ies")
    return found
