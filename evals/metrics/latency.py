"""How long a warm search and a warm offline answer take; recorded answers have no latency."""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics.score import Metric, percentile


def metrics(name: str, milliseconds: Sequence[float]) -> list[Metric]:
    """Return p50 and p95 of the given times."""
    if not milliseconds:
        reason = "not measured: answers were recorded, or nothing of this kind was run"
        return [Metric(f"{name}_{p}", None, 0, reason=reason, unit="ms", better="lower") for p in ("p50", "p95")]
    return [
        Metric(f"{name}_{label}", percentile(milliseconds, share), len(milliseconds), unit="ms", better="lower")
        for label, share in (("p50", 0.50), ("p95", 0.95))
    ]
