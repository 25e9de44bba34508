"""Decides whether a run is worse than it may be: absolute floors, and the comparison with the committed baseline.

A metric fails when it dropped by more than 5 points, or significantly and by more than 1 point. It warns when it dropped
by more than 1 point without being significant, or when a tag with at least 30 clusters is significantly lower after
Holm's correction. What cannot be compared is never compared silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from evals.baseline import Baseline, BaselineCase
from evals.metrics.score import Metric
from evals.metrics.stats import LEVEL, UNCHANGED, Paired, Parts, holm, paired
from evals.record import Bound, CaseRecord, Change, GateRecord, Identity, Outcome
from evals.schema import Split
from evals.scoring import GATED, SPECS, parts

FLOORS_FILE = Path(__file__).parent / "floors.yaml"

FAIL_DROP = 0.05
WARN_DROP = 0.01
TAG_CLUSTERS = 30
TAG_METRICS = tuple(name for name in GATED if SPECS[name].is_sliced)
TAG_RESAMPLES = 2_000
# The committed baseline rounds what each case adds: a smaller difference than this is none.
_KEPT_TO = 1e-4
# A change that few draws call likelier than this has no prospect among hundreds of tests.
CLOSER_LOOK = 0.01
# Below this share of the baseline's cases the comparison would be about something else.
LEAST_SHARED = 0.80


class FloorsError(Exception):
    """The floors cannot be used."""


class NotComparable(Exception):
    """Run and baseline measure different things."""


# --- floors ------------------------------------------------------------------------------------


class Floors(BaseModel):
    """What a split must reach (`min`) and stay under (`max`), by metric name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: dict[str, float] = {}
    max: dict[str, float] = {}

    def joined(self, other: Floors) -> Floors:
        return Floors(min=self.min | other.min, max=self.max | other.max)


def load_floors(split: Split, path: Path = FLOORS_FILE) -> Floors:
    """Return the committed floors of a split; raise FloorsError when there are none."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        by_split = TypeAdapter(dict[Split, Floors]).validate_python(data)
    except (OSError, yaml.YAMLError) as error:
        raise FloorsError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise FloorsError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if split not in by_split:
        raise FloorsError(f"{path} has no floors for split {split}")
    return by_split[split]


def parse_bounds(minima: Sequence[str], maxima: Sequence[str]) -> Floors:
    """Return the floors given as `metric=value` on the command line."""
    return Floors(min=dict(map(_bound, minima)), max=dict(map(_bound, maxima)))


def check(metrics: Iterable[Metric], floors: Floors) -> tuple[Bound, ...]:
    """Return one bound per floor; raise FloorsError for a name that is no metric, which would always pass unseen."""
    values: Mapping[str, float | None] = {metric.name: metric.value for metric in metrics}
    unknown = sorted((floors.min.keys() | floors.max.keys()) - values.keys())
    if unknown:
        raise FloorsError(f"no metric is called {', '.join(unknown)}; known are {', '.join(values)}")
    return tuple(
        [_held(name, "min", limit, values[name]) for name, limit in floors.min.items()]
        + [_held(name, "max", limit, values[name]) for name, limit in floors.max.items()]
    )


def _held(metric: str, kind: Literal["min", "max"], limit: float, value: float | None) -> Bound:
    passed = None if value is None else value >= limit if kind == "min" else value <= limit
    return Bound(metric=metric, kind=kind, limit=limit, value=value, passed=passed)


def _bound(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        shown = text if equals else f"{text} (no =)"
        raise FloorsError(f"a bound is written metric=number, for example recall@5=0.95, not {shown}") from None


# --- comparison with the baseline --------------------------------------------------------------


def compare(baseline: Baseline, identity: Identity, records: Sequence[CaseRecord], *, name: str) -> GateRecord:
    """Return the change of every gated metric over the cases that both have unchanged; raise NotComparable."""
    _refuse_other(baseline, identity)
    now = {record.id: record for record in records}
    shared = [case_id for case_id, case in baseline.cases.items() if case_id in now and now[case_id].hash == case.hash]
    if len(shared) < LEAST_SHARED * len(baseline.cases):
        raise NotComparable(
            f"only {len(shared)} of the baseline's {len(baseline.cases)} cases are in this run unchanged "
            f"(at least {LEAST_SHARED:.0%} are needed); bless a new baseline"
        )
    pairs = [(baseline.cases[case_id], now[case_id]) for case_id in sorted(shared)]
    flipped = [
        f"{'+' if record.status == 'passed' else '-'}{record.id}"
        for case, record in pairs
        if (case.status == "passed") != (record.status == "passed")
    ]
    return GateRecord(
        baseline=name,
        changes=tuple(change for metric in GATED if (change := _change(metric, pairs)) is not None),
        tag_warnings=_tag_warnings(pairs),
        compared_cases=len(shared),
        new_cases=len(now.keys() - baseline.cases.keys()),
        gone_cases=len(baseline.cases.keys() - now.keys()),
        changed_cases=len(now.keys() & baseline.cases.keys()) - len(shared),
        flipped=tuple(flipped),
    )


def _refuse_other(baseline: Baseline, identity: Identity) -> None:
    blessed = baseline.identity
    for field, why in (
        ("mode", "modes differ"),
        ("split", "splits differ"),
        ("metric_hash", "the code that scores changed"),
        ("weights_hash", "the word weights changed"),
        ("judge_model", "another model judges"),
        ("judge_prompt_hash", "the judge's prompt changed"),
    ):
        then, now = getattr(blessed, field), getattr(identity, field)
        if then != now:
            raise NotComparable(f"not comparable with the baseline: {why} ({then} then, {now} now); bless a new one")


_Pair = tuple[BaselineCase, CaseRecord]


def _both(metric: str, pairs: Sequence[_Pair]) -> tuple[list[Parts], list[Parts], list[str]]:
    """Return what each case adds to a metric before and now, for cases that have it on both sides."""
    before, after, clusters = [], [], []
    for case, record in pairs:
        old, new = case.parts.get(metric), parts(metric, record)
        if old is not None and new is not None:
            before.append(old)
            after.append(new)
            clusters.append(record.cluster)
    return before, after, clusters


def _change(metric: str, pairs: Sequence[_Pair]) -> Change | None:
    before, after, clusters = _both(metric, pairs)
    if not before:
        return None
    found = paired(before, after, clusters)
    change = _measured(metric, found, before, after)
    outcome, reason = _outcome(found, is_lower_better=change.better == "lower")
    return change.model_copy(update={"outcome": outcome, "reason": reason})


def _measured(metric: str, found: Paired, before: Sequence[Parts], after: Sequence[Parts]) -> Change:
    """Return the change of a metric in numbers; what follows from it is for the caller to say."""
    better = SPECS[metric].better
    return Change(
        metric=metric,
        baseline=_value(before),
        now=_value(after),
        change=found.change,
        low=found.low,
        high=found.high,
        clusters=found.clusters,
        p_value=found.p_lower if better == "higher" else found.p_higher,
        detectable=found.detectable,
        outcome="pass",
        better=better,
    )


def _value(rows: Sequence[Parts]) -> float | None:
    sums = [sum(column) for column in zip(*rows, strict=True)]
    ratios = [above / below for above, below in zip(sums[0::2], sums[1::2], strict=True) if below]
    return sum(ratios) / len(ratios) if ratios else None


def _outcome(found: Paired, *, is_lower_better: bool) -> tuple[Outcome, str]:
    if found.change is None or found.low is None or found.high is None:
        return "pass", "nothing to compare"
    drop = found.change if is_lower_better else -found.change
    is_significant = found.low > 0 if is_lower_better else found.high < 0
    # Rounded like the numbers people read: a drop of exactly five points is not "more than five".
    drop = round(drop, 6)
    if drop > FAIL_DROP:
        return "fail", f"worse by {100 * drop:.1f} points (more than {100 * FAIL_DROP:.0f})"
    if drop > WARN_DROP and is_significant:
        return "fail", f"significantly worse by {100 * drop:.1f} points"
    if drop > WARN_DROP:
        return "warn", f"worse by {100 * drop:.1f} points, not significant"
    return "pass", ""


def _tag_warnings(pairs: Sequence[_Pair]) -> tuple[Change, ...]:
    """Return tags of enough clusters in which a metric is significantly lower, all of them tested at once."""
    groups: dict[str, list[_Pair]] = {}
    for case, record in pairs:
        for tag in (*record.tags, f"kind={record.kind}"):
            groups.setdefault(tag, []).append((case, record))
    tested = {
        (tag, metric): both
        for tag, group in sorted(groups.items())
        for metric in TAG_METRICS
        if len(set((both := _both(metric, group))[2])) >= TAG_CLUSTERS
    }
    found = {name: _lowered(*both, tests=len(tested)) for name, both in tested.items()}
    # What went up or did not move was tested too: Holm divides by all tests that were made.
    significant = holm({f"{tag}\n{metric}": each.p_lower for (tag, metric), each in found.items()})
    warning = {"outcome": "warn", "reason": "significantly lower for this tag"}
    return tuple(
        _measured(metric, each, *tested[tag, metric][:2]).model_copy(update={"tag": tag, **warning})
        for (tag, metric), each in found.items()
        if f"{tag}\n{metric}" in significant and (each.change or 0.0) < 0
    )


def _lowered(before: Sequence[Parts], after: Sequence[Parts], clusters: Sequence[str], *, tests: int) -> Paired:
    """Return the change of one of many tests, drawn often enough for its chance to pass the correction for all of them."""
    if np.allclose(np.asarray(before, dtype=float), np.asarray(after, dtype=float), atol=_KEPT_TO, rtol=0.0):
        return UNCHANGED
    found = paired(before, after, clusters, resamples=TAG_RESAMPLES)
    if found.p_lower > CLOSER_LOOK:
        return found
    # The least chance that n draws can show is 1 / (n + 1); Holm asks the first of the tests for 0.05 / tests.
    return paired(before, after, clusters, resamples=max(TAG_RESAMPLES, 2 * round(tests / LEVEL)))
