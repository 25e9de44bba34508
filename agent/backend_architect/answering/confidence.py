"""How sure a search is that the guides answer the question: the base of an honest "not covered"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from backend_architect.retrieval.lexical import query_terms, terms
from backend_architect.types import Hit, Section

# Fitted on dev cases: questions the guides answer against questions they do not (evals/README.md). A question about
# something else is near to some section in meaning, but its telling words are missing there.
_BIAS = -8.3
_WEIGHT_QUESTION = 4.0
_WEIGHT_QUESTIONS3 = 4.0
_WEIGHT_PROSE = 3.0
_WEIGHT_COVERED = 5.0

# Below NOT_COVERED the reply says so (0.4 % of answerable dev questions fall there); below PARTLY it says what it lacks.
NOT_COVERED = 0.18
PARTLY = 0.44
# When the question names something that nothing found speaks of ("MQTT", "FHIR"), less doubt is enough: of 115 uncovered dev
# questions this finds ten in a hundred more, and refuses 2 more in a thousand of those that are covered.
NAME_MISSING = 0.28

# With less than this share of the question's telling words in the best section, the answer says which words it lacks.
FEW_WORDS = 0.3

# A planned section that nobody has written yet must resemble the question this much more than any written one.
PLANNED_MARGIN = 0.05
PLANNED_SIMILARITY = 0.5


def confidence(hits: Sequence[Hit]) -> float:
    """Return in [0, 1] how well the best section fits the question, by what it is asked, what it says and which words it has."""
    if not hits:
        return 0.0
    best = hits[0].signals
    asked = _WEIGHT_QUESTION * best["question"] + _WEIGHT_QUESTIONS3 * best["questions3"]
    value = _BIAS + asked + _WEIGHT_PROSE * best["prose"] + _WEIGHT_COVERED * best["covered"]
    return round(1 / (1 + math.exp(-value)), 4)


def missing_terms(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the telling words of a question that none of the given sections contains."""
    present = _words_of(hits)
    return tuple(term for term in query_terms(question) if term not in present and len(term) > 2)


def is_name(term: str) -> bool:
    """Whether a term can be the name of a thing the question is about: no number and no piece of pasted code."""
    return re.fullmatch(r"[a-z0-9]*[a-z][a-z0-9]*(?:-[a-z0-9]+)?", term) is not None and len(term) > 2


def _words_of(hits: Sequence[Hit]) -> set[str]:
    return {word for hit in hits for word in _section_words(hit.section)}


@lru_cache(maxsize=512)
def _section_words(section: Section) -> frozenset[str]:
    """Return the terms of a section in their plain forms; the same sections come up again and again in a session."""
    texts = (section.prose, *section.also_asked, *(listing.code for listing in section.listings))
    return frozenset(word for text in texts for word in _forms(text))


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
