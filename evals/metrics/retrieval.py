"""Does the search return the sections a specialist would answer from, and early?

Gold are the labelled sections of grade 2 and 3. recall@k divides by what fits into k, so that one result can be a
full recall@1; grade 1 counts only in nDCG, whose gain is 2^grade - 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from evals.metrics.score import NOT_APPLICABLE, Score, scored
from evals.schema import Case, Expect, Nugget

GOLD_GRADE = 2
DEPTH = 10
CUTS = (1, 3, 5, 10)


def recall(expect: Expect, refs: Sequence[str], k: int) -> Score:
    """Return the share of the gold sections among the first k, out of those that fit into k."""
    gold = _gold(expect)
    if not gold:
        return NOT_APPLICABLE
    found = gold.intersection(_once(refs)[:k])
    return scored(len(found) / min(k, len(gold)))


def reciprocal_rank(case: Case, refs: Sequence[str]) -> Score:
    """Return 1/rank of the first gold section among the first ten, else 0."""
    gold = _gold(case)
    if not gold:
        return NOT_APPLICABLE
    rank = next((rank for rank, ref in enumerate(_once(refs)[:DEPTH], 1) if ref in gold), None)
    return scored(1 / rank if rank else 0.0, f"first at {rank}" if rank else "not among the first ten")


def ndcg(case: Case, refs: Sequence[str]) -> Score:
    """Return the graded gain of the first ten over that of the best possible order."""
    grades = {label.section: label.grade for label in case.expected_sections}
    if not grades:
        return NOT_APPLICABLE
    best = _gain(sorted(grades.values(), reverse=True)[:DEPTH])
    return scored(_gain([grades.get(ref, 0) for ref in _once(refs)[:DEPTH]]) / best)


def scores(case: Case, refs: Sequence[str]) -> dict[str, Score]:
    """Return every retrieval score of one case by metric name."""
    at = {f"recall@{k}": recall(case, refs, k) for k in CUTS}
    return at | {"mrr@10": reciprocal_rank(case, refs), "ndcg@10": ndcg(case, refs)}


NAMES = (*(f"recall@{k}" for k in CUTS), "mrr@10", "ndcg@10")


def bare_scores(case: Case, refs: Sequence[str]) -> dict[str, Score]:
    """Return `identifier@1`: whether a bare header, status, RFC or keyword finds its section first."""
    is_bare = case.tags.style == "identifier"
    return {"identifier@1": recall(case, refs, 1) if is_bare else NOT_APPLICABLE}


def nugget_coverage(nuggets: Sequence[Nugget], refs: Sequence[str], k: int = 5) -> Score:
    """Return the share of vital nuggets of which a section is among the first k: what a composer could say at best."""
    vital = [nugget for nugget in nuggets if nugget.importance == "vital"]
    if not vital:
        return NOT_APPLICABLE
    found = frozenset(_once(refs)[:k])
    lost = [nugget.id for nugget in vital if not found.intersection(nugget.sections)]
    return scored(1 - len(lost) / len(vital), f"out of reach {', '.join(lost)}" if lost else "")


def _gold(expect: Expect) -> frozenset[str]:
    return frozenset(label.section for label in expect.expected_sections if label.grade >= GOLD_GRADE)


def _once(refs: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(refs))


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
