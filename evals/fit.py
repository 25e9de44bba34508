"""Fits the weights of the ranking on the dev cases, and shows what each signal adds: `python -m evals.fit`.

Reads the signals of every ranked section through the public search, so what is fitted is what is served. The weights are
fitted by a listwise logistic loss (softmax over the sections of a question against its graded labels) and judged by
five-fold cross-validation over clusters. Held-out cases are never read. Paste the printed weights into
`backend_architect/retrieval/ranking.py` and run the gate on both splits.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from backend_architect import Hit
from evals import dataset, loader, targets
from evals.metrics import retrieval
from evals.schema import Case

Vector = NDArray[np.float64]

# Sections a question is fitted on: the best by the weights in force; a right one below that is out of reach anyway.
_RANKED = 150
_TEMPERATURE = 10.0
_STEPS = 250
_RATE = 0.5
_SHRINKAGE = 1e-3
_FOLDS = 5

# The technology asked for is a rule, not a tendency: few cases name one, and a fit would call it noise.
_FIXED = {"subject": 0.25}

_GROUPS = {
    "all signals": (),
    "without question vectors": ("question", "questions3"),
    "without prose vectors": ("prose", "prose2"),
    "without words": ("lexical", "covered"),
    "without BM25": ("lexical",),
    "without coverage": ("covered",),
}


@dataclass(frozen=True, slots=True)
class _Example:
    """One labelled question: a row of signals for each ranked section, and the grade of each."""

    case: Case
    refs: tuple[str, ...]
    signals: NDArray[np.float64]
    target: Vector


def main() -> None:
    """Print fitted weights and the table of ablations."""
    console = Console(width=110)
    with targets.offline_architect() as architect:
        data = dataset.check(loader.load_cases(), architect.sections(), dataset.planned_sections())
        labelled = [c for c in data.ready if c.split == "dev" and c.kind in ("retrieval", "answer")]
        # What links add depends on the order that the other signals make, so it is set by hand.
        names = tuple(name for name in architect.search("warm up", limit=1)[0].signals if name != "linked")
        examples = [_example(case, architect.search(case.question, limit=_RANKED), names) for case in labelled]
    table = Table("signals", "recall@1", "recall@5", "ndcg@10", title=f"{len(examples)} dev cases, five folds")
    for label, left_out in _GROUPS.items():
        table.add_row(label, *(f"{value:.3f}" for value in _cross_validated(examples, names, left_out)))
    console.print(table)
    for name, weight in zip(names, _fit(examples, names, ()), strict=True):
        console.print(f'    "{name}": {weight:.2f},', highlight=False)


def _example(case: Case, hits: Sequence[Hit], names: Sequence[str]) -> _Example:
    ranked = [hit for hit in hits if hit.section.area != "scope"]
    grades = {label.section: label.grade for label in case.expected_sections}
    gains = np.array([2.0 ** grades.get(hit.ref, 0) - 1 for hit in ranked])
    signals = np.array([[hit.signals[name] for name in names] for hit in ranked])
    return _Example(case, tuple(hit.ref for hit in ranked), signals, gains / max(1.0, gains.sum()))


def _fit(examples: Sequence[_Example], names: Sequence[str], left_out: Sequence[str]) -> Vector:
    free = np.array([name not in left_out and name not in _FIXED for name in names], dtype=float)
    weights: Vector = free * 0.3 + np.array([_FIXED.get(name, 0.0) for name in names])
    for _ in range(_STEPS):
        slope = np.zeros(len(names))
        for example in examples:
            score = _TEMPERATURE * example.signals @ weights
            likely = np.exp(score - score.max())
            slope += example.signals.T @ (example.target - likely / likely.sum())
        weights = weights + free * (_RATE * slope / len(examples) - _RATE * _SHRINKAGE * weights)
        # A negative weight would punish a section for a match: such a fit is noise.
        weights = np.maximum(weights, 0.0)
    return weights


def _cross_validated(
    examples: Sequence[_Example], names: Sequence[str], left_out: Sequence[str]
) -> tuple[float, float, float]:
    clusters = sorted({example.case.group for example in examples})
    random.Random(1).shuffle(clusters)
    found: list[tuple[float, float, float]] = []
    for fold in range(_FOLDS):
        held = set(clusters[fold::_FOLDS])
        weights = _fit([e for e in examples if e.case.group not in held], names, left_out)
        found += [_scores(e, weights) for e in examples if e.case.group in held]
    mean = np.mean(found, axis=0)
    return float(mean[0]), float(mean[1]), float(mean[2])


def _scores(example: _Example, weights: Vector) -> tuple[float, float, float]:
    order = np.argsort(-(example.signals @ weights), kind="stable")[: retrieval.DEPTH]
    refs = [example.refs[at] for at in order]
    scores = retrieval.scores(example.case, refs)
    return tuple(scores[name].value or 0.0 for name in ("recall@1", "recall@5", "ndcg@10"))  # type: ignore[return-value]


if __name__ == "__main__":
    typer.run(main)
