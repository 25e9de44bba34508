"""Retrieval on the dev cases, all systems in one run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals import dataset
from evals.bench.figures import table
from evals.bench.systems import SYSTEMS, System
from evals.loader import load_cases
from evals.metrics import retrieval
from evals.metrics.score import Score, percentile
from evals.schema import Case
from evals.targets import offline_architect

COLD_STARTS = 3
ALL_HITS = 1000
SHOWN = ("recall@1", "recall@3", "recall@5", "ndcg@10")


@dataclass(frozen=True, slots=True)
class Row:
    """What one system reached."""

    system: str
    scores: dict[str, float]
    p50_ms: float
    p95_ms: float
    index_seconds: float
    cold_start_seconds: float


def measure(cases: Sequence[Case]) -> list[Row]:
    """Return one row per system."""
    with tempfile.TemporaryDirectory() as state:
        return [_measure(name, SYSTEMS[name](), cases, Path(state) / str(at)) for at, name in enumerate(SYSTEMS)]


def by_signal(cases: Sequence[Case]) -> list[tuple[str, dict[str, float]]]:
    """Return what our own search reaches when its hits are ordered by one signal alone, and by the fused score."""
    orders: dict[str, list[dict[str, Score]]] = {}
    with offline_architect() as architect:
        for case in cases:
            hits = architect.search(case.question, limit=ALL_HITS)
            keys = dict.fromkeys(name for hit in hits for name in hit.signals)
            for name in keys:
                ranked = sorted(hits, key=lambda hit: (-hit.signals.get(name, 0.0), hit.ref))
                orders.setdefault(name, []).append(retrieval.scores(case, [hit.ref for hit in ranked]))
            orders.setdefault("fused", []).append(retrieval.scores(case, [hit.ref for hit in hits]))
    return [(name, _means(per_case)) for name, per_case in sorted(orders.items())]


def signals_markdown(rows: Sequence[tuple[str, dict[str, float]]]) -> str:
    """Return the rows of `by_signal` as a Markdown table."""
    return table(
        ("our hits ordered by", *SHOWN), [(name, *(f"{means[key]:.3f}" for key in SHOWN)) for name, means in rows]
    )


def dev_cases() -> tuple[Case, ...]:
    """Return the labelled dev cases whose sections are written."""
    with offline_architect() as architect:
        data = dataset.check(load_cases(), architect.sections(), dataset.planned_sections())
    return tuple(case for case in data.ready if case.split == "dev" and case.expected_sections)


def markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    head = ("system", *SHOWN, "query p50 ms", "p95 ms", "index s", "cold start s")
    return table(
        head,
        [
            (
                row.system,
                *(f"{row.scores[name]:.3f}" for name in SHOWN),
                f"{row.p50_ms:.1f}",
                f"{row.p95_ms:.1f}",
                f"{row.index_seconds:.1f}",
                f"{row.cold_start_seconds:.2f}",
            )
            for row in rows
        ],
    )


def _measure(name: str, system: System, cases: Sequence[Case], folder: Path) -> Row:
    folder.mkdir()
    start = time.perf_counter()
    system.build(folder)
    index_seconds = time.perf_counter() - start
    system.search(cases[0].question, retrieval.DEPTH)
    found: list[Sequence[str]] = []
    times: list[float] = []
    for case in cases:
        start = time.perf_counter()
        found.append(system.search(case.question, retrieval.DEPTH))
        times.append((time.perf_counter() - start) * 1000)
    per_case = [retrieval.scores(case, refs) for case, refs in zip(cases, found, strict=True)]
    cold = statistics.median(_cold_start(name, folder, cases[0].question) for _ in range(COLD_STARTS))
    return Row(name, _means(per_case), percentile(times, 0.50), percentile(times, 0.95), index_seconds, cold)


def _means(per_case: Sequence[Mapping[str, Score]]) -> dict[str, float]:
    return {name: statistics.fmean(each[name].value or 0.0 for each in per_case) for name in retrieval.NAMES}


def _cold_start(name: str, folder: Path, question: str) -> float:
    start = time.perf_counter()
    command = (sys.executable, "-m", "evals.bench.systems", name, str(folder), question)
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start
