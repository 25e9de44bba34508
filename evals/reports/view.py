"""What every report shows and in which order, as plain values: a report only lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from evals.metrics.score import Metric
from evals.record import Bound, CaseRecord, Change, Run, Slice
from evals.results import shown
from evals.schema import SCOPES
from evals.scoring import GATED, SPECS

Flip = Literal["better", "worse", "same"]
WORST_CASES = 10
SLICE_COLUMNS = ("pass_rate", "recall@1", "recall@5", "ndcg@10", "vital@250", "citation_f1", "scope_accuracy")
# Groups that terminal and Markdown show; all of them are in run.json and on the page.
SHOWN_TAGS = ("kind", "style", "capability", "folder")
FEW_CLUSTERS = 20
_MARKS = {"fail": "FAIL", "warn": "warn"}


@dataclass(frozen=True, slots=True)
class Row:
    """One metric as a line of a table. `low` and `high` bound the value; the change has its own bounds as text."""

    name: str
    value: str
    interval: str
    n: str
    baseline: str = ""
    change: str = ""
    bound: str = ""
    mark: str = ""
    reason: str = ""
    is_gated: bool = False
    is_share: bool = False
    now: float | None = None
    then: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_bad(self) -> bool:
        return self.mark == "FAIL" or "MISSED" in self.bound


@dataclass(frozen=True, slots=True)
class SliceRow:
    """The metrics of the cases that share a tag value, in the order of the table's columns."""

    value: str
    clusters: int
    cells: tuple[str, ...]

    @property
    def is_small(self) -> bool:
        return self.clusters < FEW_CLUSTERS

    @property
    def counted(self) -> str:
        """Return the number of clusters, marked when it is too small to conclude from."""
        return f"{self.clusters} (few)" if self.is_small else str(self.clusters)


@dataclass(frozen=True, slots=True)
class SliceTable:
    tag: str
    columns: tuple[str, ...]
    rows: tuple[SliceRow, ...]


@dataclass(frozen=True)
class View:
    """A run ready to be drawn, and the run it is compared with case by case. Held-out words are gone already."""

    run: Run
    before: Run | None = None

    @classmethod
    def of(cls, run: Run, before: Run | None = None) -> View:
        """Return the view of a run; a run that is not revealed loses the words of its cases here at the latest."""
        return cls(shown(run), shown(before) if before else None)

    @property
    def look(self) -> str:
        """Return how the verdict looks: passed, failed, or unclear when nothing was held against anything."""
        has_limits = self.run.gate is not None or bool(self.run.bounds)
        return {0: "passed" if has_limits else "unclear", 1: "failed"}.get(self.run.verdict.exit_code, "unclear")

    @property
    def is_revealed(self) -> bool:
        return self.run.revealed

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return every metric that was measured or had to be, in the order of the run."""
        changes = {each.metric: each for each in self.run.gate.changes} if self.run.gate else {}
        bounds = {each.metric: each for each in self.run.bounds}
        wanted = (each for each in self.run.metrics if each.value is not None or each.name in bounds)
        return tuple(_row(each, changes.get(each.name), bounds.get(each.name)) for each in wanted)

    @property
    def gated(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.is_gated)

    @property
    def others(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.is_gated)

    @cached_property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """Return how many cases there were, by what became of them."""
        found = self.run.counts
        names = ("passed", "failed", "errors", "unscored", "parked")
        head = (("cases", str(found.run)), ("clusters", str(found.clusters)))
        return head + tuple((name, str(getattr(found, name))) for name in names)

    @property
    def compared(self) -> str:
        """Return with what the run was compared, or ""."""
        gate = self.run.gate
        if gate is None:
            return ""
        return (
            f"compared with {gate.baseline}: {gate.compared_cases} cases; {gate.new_cases} new, {gate.gone_cases} gone, "
            f"{gate.changed_cases} changed"
        )

    @property
    def closing(self) -> tuple[str, ...]:
        """Return what to know about the numbers: detectable change, cost, notes."""
        found = []
        if self.run.detectable_change is not None:
            found.append(f"This run can detect changes of {100 * self.run.detectable_change:.1f} points or more.")
        if self.run.cost_usd is not None:
            found.append(f"Cost: {self.run.cost_usd:.4f} USD.")
        return (*found, *self.run.notes)

    def slices(self, tags: Sequence[str] | None = SHOWN_TAGS) -> tuple[SliceTable, ...]:
        """Return a table for each tag; for all of them when `tags` is None."""
        names = tags or tuple(dict.fromkeys(each.tag for each in self.run.slices))
        groups = ((name, [each for each in self.run.slices if each.tag == name]) for name in names)
        return tuple(_slice_table(name, group) for name, group in groups if group)

    @cached_property
    def confusion(self) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...]], ...]]:
        """Return the labels that were given and, by expected label, how often each was."""
        labels = (*SCOPES, "error")
        rows = tuple((name, tuple(row.get(label, 0) for label in labels)) for name, row in self.run.confusion.items())
        return labels, rows

    @cached_property
    def worst(self) -> tuple[CaseRecord, ...]:
        """Return the cases that did not pass, errors first, then by what their metrics say."""
        return tuple(sorted((each for each in self.run.cases if each.status != "passed"), key=_badness))

    @property
    def worst_few(self) -> tuple[CaseRecord, ...]:
        return self.worst[:WORST_CASES] if self.is_revealed else ()

    @cached_property
    def _flips(self) -> Mapping[str, Flip]:
        if self.before is not None:
            then = {each.id: each.status == "passed" for each in self.before.cases}
            now = {each.id: each.status == "passed" for each in self.run.cases if each.id in then}
            return {name: "better" if has else "worse" for name, has in now.items() if has != then[name]}
        flipped = self.run.gate.flipped if self.run.gate else ()
        return {each[1:]: "better" if each.startswith("+") else "worse" for each in flipped}

    def flip(self, record: CaseRecord) -> Flip:
        """Return whether the case passes now and did not before, or the other way round."""
        return self._flips.get(record.id, "same")

    @cached_property
    def _earlier(self) -> Mapping[str, CaseRecord]:
        return {each.id: each for each in self.before.cases} if self.before else {}

    def earlier(self, record: CaseRecord) -> CaseRecord | None:
        """Return the same case in the run this one is compared with."""
        return self._earlier.get(record.id)


def _row(metric: Metric, change: Change | None, bound: Bound | None) -> Row:
    extra = [f"{count} {name}" for count, name in ((metric.errors, "errors"), (metric.unscored, "unscored")) if count]
    return Row(
        name=metric.name,
        value=number(metric) if metric.value is not None else metric.reason or "not measured",
        interval=span(metric.low, metric.high),
        n=", ".join([str(metric.n), *extra]),
        baseline="" if change is None else share(change.baseline),
        change=changed(change),
        bound="" if bound is None else f"{bound.kind} {bound.limit:g} {'ok' if bound.passed else 'MISSED'}",
        mark="" if change is None else _MARKS.get(change.outcome, ""),
        reason="" if change is None else change.reason,
        is_gated=metric.name in GATED or bound is not None,
        is_share=metric.unit == "share",
        now=metric.value,
        then=None if change is None else change.baseline,
        low=metric.low,
        high=metric.high,
    )


def number(metric: Metric) -> str:
    """Return the value of a metric in its unit.

    >>> number(Metric("answer_ms_p95", 512.66, 40, unit="ms"))
    '512.7 ms'
    """
    value = metric.value or 0.0
    return {"ms": f"{value:.1f} ms", "share": f"{value:.3f}", "usd": f"{value:.4f} USD"}.get(
        metric.unit, f"{value:.0f}"
    )


def share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def changed(change: Change | None) -> str:
    """Return a change in points with its interval; an arrow says the direction, and the metric's mark whether it is bad."""
    if change is None or change.change is None:
        return ""
    points = 100 * change.change
    arrow = "→" if abs(points) < 0.05 else "↑" if points > 0 else "↓"
    bounds = ""
    if change.low is not None and change.high is not None:
        bounds = f" ({100 * change.low:+.1f} to {100 * change.high:+.1f})"
    return f"{arrow} {points:+.1f}{bounds}"


def _slice_table(tag: str, group: Sequence[Slice]) -> SliceTable:
    measured = {metric.name for each in group for metric in each.metrics}
    columns = tuple(name for name in SLICE_COLUMNS if name in measured)
    return SliceTable(tag, columns, tuple(_slice_row(each, columns) for each in group))


def _slice_row(each: Slice, columns: Sequence[str]) -> SliceRow:
    found = {metric.name: metric for metric in each.metrics}
    clusters = max((metric.clusters for metric in each.metrics), default=0)
    return SliceRow(each.value, clusters, tuple(_slice_cell(found.get(name)) for name in columns))


def _slice_cell(metric: Metric | None) -> str:
    return "–" if metric is None or metric.value is None else f"{metric.value:.2f}"


def _badness(record: CaseRecord) -> tuple[int, float, str]:
    order = {"error": 0, "failed": 1, "unscored": 2, "passed": 3}
    return order[record.status], quality(record), record.id


def quality(record: CaseRecord) -> float:
    """Return the mean of the gated scores of a case, each turned so that 1 is good."""
    values = [
        score.value if SPECS[name].better == "higher" else 1 - score.value
        for name, score in record.scores.items()
        if name in GATED and score.value is not None
    ]
    return sum(values) / len(values) if values else 0.0
