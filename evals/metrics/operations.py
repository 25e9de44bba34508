"""What answers cost: warm time, tokens, money, and characters of context; recorded answers have no time."""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics.score import Better, Metric, Unit, average, percentile
from evals.targets import Observation


def metrics(observations: Sequence[Observation]) -> tuple[Metric, ...]:
    """Return p50 and p95 of search and answer times, tokens per answer, and characters of text per answer."""
    search_ms = [each.search_ms for each in observations if each.search_ms is not None]
    answer_ms = [each.answer_ms for each in observations if each.answer_ms is not None]
    answers = [each.answer for each in observations if each.answer is not None]
    return (
        *times("search_ms", search_ms),
        *times("answer_ms", answer_ms),
        _mean("tokens_in", [answer.usage.prompt_tokens for answer in answers], "tokens"),
        _mean("tokens_out", [answer.usage.completion_tokens for answer in answers], "tokens"),
        _mean("tokens_cached", [answer.usage.cached_tokens for answer in answers], "tokens", better="higher"),
        _mean("answer_characters", [len(answer.text) for answer in answers], "count"),
    )


def times(name: str, milliseconds: Sequence[float]) -> list[Metric]:
    """Return p50 and p95 of the given times."""
    if not milliseconds:
        reason = "not measured: answers were recorded, or nothing of this kind was run"
        return [Metric(f"{name}_{p}", None, 0, reason=reason, unit="ms", better="lower") for p in ("p50", "p95")]
    return [
        Metric(f"{name}_{label}", percentile(milliseconds, share), len(milliseconds), unit="ms", better="lower")
        for label, share in (("p50", 0.50), ("p95", 0.95))
    ]


def _mean(name: str, values: Sequence[float], unit: Unit, *, better: Better = "lower") -> Metric:
    reason = "" if values else "no answer"
    return Metric(name, average(values), len(values), reason=reason, unit=unit, better=better)
