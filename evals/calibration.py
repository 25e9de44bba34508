"""Compares verdicts with human labels: agreement, Cohen's kappa with its interval, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.judge import CREDIT, Judge
from evals.metrics.nuggets import match, windows
from evals.metrics.text import prose
from evals.metrics.weights import Weights
from evals.record import RecordError

LABELS = Path(__file__).parent / "labels"
LABELS_FILE = "labels.jsonl"
MAY_GATE, MAY_SHOW, LEAST_LABELS = 0.70, 0.50, 100
_RESAMPLES = 2_000


class Label(BaseModel):
    """One judgement of a person about one claim and one text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["nugget", "statement"]
    claim: str
    text: str
    label: str
    second: str | None = None
    capability: str = ""
    source: str = ""  # where the text comes from


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well verdicts agree with people."""

    name: str
    n: int
    missing: int
    agreement: float
    kappa: float
    low: float
    high: float
    correlation: float | None = None

    @property
    def consequence(self) -> str:
        """Return what the result allows."""
        if self.n < LEAST_LABELS:
            return f"not shown: {self.n} labels, at least {LEAST_LABELS} are needed"
        if self.kappa >= MAY_GATE:
            return "may gate"
        return "informational" if self.kappa >= MAY_SHOW else "not shown: the judge does not agree with people"

    @property
    def line(self) -> str:
        correlated = "" if self.correlation is None else f", correlation {self.correlation:.2f}"
        lost = f", {self.missing} without a verdict" if self.missing else ""
        return (
            f"{self.name}: n {self.n}{lost}, agreement {self.agreement:.2f}, kappa {self.kappa:.2f} "
            f"({self.low:.2f} to {self.high:.2f}){correlated}: {self.consequence}"
        )


def load(path: Path) -> tuple[Label, ...]:
    """Return the labels of a file or folder; raise RecordError naming the line that does not fit."""
    file = path / LABELS_FILE if path.is_dir() else path
    if not file.is_file():
        raise RecordError(f"{file} does not exist: nobody has labelled anything yet")
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(Label.model_validate(json.loads(line)))
        except (json.JSONDecodeError, ValidationError) as error:
            raise RecordError(f"{file}:{number}: not a label: {error}") from error
    return tuple(found)


def metric_agreement(labels: Sequence[Label], weights: Weights) -> Agreement:
    """Return how the nugget metric that needs no model agrees with people; the correlation is that of its graded score."""
    nuggets = [label for label in labels if label.kind == "nugget"]
    found = [match(label.claim, windows(prose(label.text)), weights) for label in nuggets]
    pairs = [(label.label, each.label) for label, each in zip(nuggets, found, strict=True)]
    people = [CREDIT[label.label] for label in nuggets]
    return agreement("nuggets without a model", pairs, correlation=_correlation(people, [each.score for each in found]))


def judge_agreement(labels: Sequence[Label], judge: Judge) -> Agreement:
    """Return how the judge agrees with people, over nuggets and statements."""
    pairs = []
    missing = 0
    for label in labels:
        verdict = judge.verdict(label.kind, label.claim, label.text)
        if verdict is None:
            missing += 1
        else:
            pairs.append((label.label, verdict))
    return agreement(f"judge {judge.model}", pairs, missing=missing)


def people_agreement(labels: Sequence[Label]) -> Agreement:
    """Return how two people agree, over what both labelled."""
    return agreement("two people", [(label.label, label.second) for label in labels if label.second is not None])


def agreement(
    name: str, pairs: Sequence[tuple[str, str]], *, missing: int = 0, correlation: float | None = None
) -> Agreement:
    """Return agreement and kappa of (person, verdict) pairs; the interval is resampled over pairs."""
    if not pairs:
        return Agreement(name, 0, missing, 0.0, 0.0, 0.0, 0.0, correlation)
    names = sorted({value for pair in pairs for value in pair})
    table = np.array([[names.index(one), names.index(other)] for one, other in pairs])
    draws = np.random.default_rng(1).integers(0, len(pairs), size=(_RESAMPLES, len(pairs)))
    drawn = [_kappa(table[draw], len(names)) for draw in draws]
    low, high = np.percentile(drawn, [2.5, 97.5])
    same = float(np.mean(table[:, 0] == table[:, 1]))
    return Agreement(name, len(pairs), missing, same, _kappa(table, len(names)), float(low), float(high), correlation)


def _kappa(table: np.ndarray, size: int) -> float:
    observed = float(np.mean(table[:, 0] == table[:, 1]))
    one, other = (np.bincount(table[:, side], minlength=size) / len(table) for side in (0, 1))
    expected = float(one @ other)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    if len(one) < 2 or len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return float(np.corrcoef(one, other)[0, 1])
