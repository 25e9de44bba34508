"""Scores of single cases, the evidence behind them, and the metrics made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["scored", "not_applicable", "unscored", "error"]
Unit = Literal["share", "ms", "tokens", "usd", "count"]
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a score: what was judged, how, on which words of the answer and which section.

    `of` names what is judged (`n1`, `f1`, `statement 3`, `[2]`, `code block 1`); `rules` the rules that changed the result.
    """

    of: str
    verdict: str
    text: str = ""
    refs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What one metric says about one case. Only a scored one has a value; `error` means that the agent raised."""

    status: Status
    value: float | None = None
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One number over many cases. Cases whose agent raised are counted at the worst value, and named in `errors`.

    `low` and `high` bound the 95 % interval, resampled over clusters of cases.
    """

    name: str
    value: float | None
    n: int
    errors: int = 0
    unscored: int = 0
    reason: str = ""
    unit: Unit = "share"
    better: Better = "higher"
    clusters: int = 0
    low: float | None = None
    high: float | None = None


NOT_APPLICABLE = Score("not_applicable")


def scored(value: float, reason: str = "", evidence: Iterable[Evidence] = ()) -> Score:
    return Score("scored", value, reason, tuple(evidence))


def unscored(reason: str) -> Score:
    return Score("unscored", reason=reason)


def failed(reason: str) -> Score:
    """Return the score of a case whose agent raised: it has no value and counts as the worst one."""
    return Score("error", reason=reason)


def average(values: Sequence[float]) -> float | None:
    """Return the mean of some values; None of none."""
    return sum(values) / len(values) if values else None


def mean_score(values: Sequence[float], reason: str = "", evidence: Iterable[Evidence] = ()) -> Score:
    """Return the mean of some values as a score; of none, that the metric does not apply."""
    value = average(values)
    return NOT_APPLICABLE if value is None else scored(value, reason, evidence)


def mean(name: str, scores: Iterable[Score], *, errors: int = 0, better: Better = "higher") -> Metric:
    """Return the mean over scored cases, with each of `errors` counted at the worst value."""
    kept = list(scores)
    left_out = sum(score.status == "unscored" for score in kept)
    errors += sum(score.status == "error" for score in kept)
    worst = 0.0 if better == "higher" else 1.0
    values = [score.value for score in kept if score.status == "scored" and score.value is not None] + [worst] * errors
    reason = "" if values else "no case of this kind was run"
    return Metric(name, average(values), len(values), errors, left_out, reason, better=better)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 1)
    return ordered[max(int(rank), 1) - 1]
