"""The narrower questions of sections, by how near they are to what is asked.

The limits rest on 553 pairs of a question and a detail found for it, labelled by two readers: of those above `ASKED` six in
ten answered the question and nine in ten helped, of those between the limits seven in ten helped (`evals/labels/details.jsonl`, decision 0013).
"""

from __future__ import annotations

from backend_architect.retrieval.lexical import query_terms, terms
from backend_architect.types import Brief, Detail, Section

# Nearness is the cosine of the two questions, and this much for each telling word they share.
_SHARED_WORD, _MOST_SHARED = 0.09, 4
# From here on a detail is taken for what was asked; from there on it is worth telling beside the answer.
ASKED, _WORTH_TELLING = 1.0, 0.92
# Signals are rounded, so a detail that is itself the nearest wording may seem this much farther.
_ROUNDING = 0.01


def details_of(section: Section, brief: Brief) -> list[tuple[Detail, float]]:
    """Return the details of a section, each with how near its question is to what is asked."""
    asked = set(query_terms(brief.standalone))
    cosines = brief.details.get(section.ref, (0.0,) * len(section.details))
    return [
        (detail, cosine + _SHARED_WORD * min(_MOST_SHARED, len(asked & set(terms(detail.question)))))
        for detail, cosine in zip(section.details, cosines, strict=True)
    ]


def near_details(section: Section, brief: Brief) -> list[Detail]:
    """Return the details worth telling, nearest first: one, or two of which the second is as good as asked for."""
    ranked = sorted(details_of(section, brief), key=lambda item: -item[1])[:2]
    return [
        detail for (detail, nearness), least in zip(ranked, (_WORTH_TELLING, ASKED), strict=False) if nearness >= least
    ]


def asked_detail(brief: Brief, *, ratio: float) -> tuple[Detail, Section] | None:
    """Return the detail that is what was asked, with its section: nearer than anything else its section is asked.

    Sections that rank below `ratio` times the best are not looked at.
    """
    best, found = ASKED, None
    for hit in (hit for hit in brief.hits if hit.ref in brief.details):
        if hit.score < ratio * brief.hits[0].score:
            continue
        nearest_wording = hit.signals["question"] - _ROUNDING
        for (detail, nearness), cosine in zip(details_of(hit.section, brief), brief.details[hit.ref], strict=True):
            if nearness >= best and cosine >= nearest_wording:
                best, found = nearness, (detail, hit.section)
    return found
