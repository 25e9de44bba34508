"""Scores of single cases and the metrics made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["scored", "not_applicable", "unscored"]


@dataclass(frozen=True, slots=True)
class Score:
    """What one metric says about one case. Only a scored one has a value."""

    status: Status
    value: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number over many cases. Cases whose agent raised are counted at the worst value, and named in `errors`."""

    name: str
    value: float | None
    n: int
    errors: int = 0
    unscored: int = 0
    reason: str = ""
    unit: Literal["share", "ms"] = "share"
    better: Literal["higher", "lower"] = "higher"


NOT_APPLICABLE = Score("not_applicable")


def scored(value: float, reason: str = "") -> Score:
    return Score("scored", value, reason)


def unscored(reason: str) -> Score:
    return Score("unscored", reason=reason)


def mean(
    name: str, scores: Iterable[Score], *, errors: int = 0, better: Literal["higher", "lower"] = "higher"
) -> Metric:
    """Return the mean over scored cases, with each of `errors` counted at the worst value."""
    kept = list(scores)
    values = [score.value for score in kept if score.status == "scored" and score.value is not None]
    left_out = sum(score.status == "unscored" for score in kept)
    n = len(values) + errors
    if n == 0:
        return Metric(name, None, 0, 0, left_out, "no case of this kind was run", better=better)
    worst = 0.0 if better == "higher" else 1.0
    return Metric(name, (sum(values) + worst * errors) / n, n, errors, left_out, better=better)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 1)
    return ordered[max(int(rank), 1) - 1]
