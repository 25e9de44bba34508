"""Draws one run: `run.json` for machines and later comparison, a terminal report for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from backend_architect import __version__
from evals.dataset import Dataset
from evals.gate import Check
from evals.metrics.score import Metric
from evals.runner import Results, Scored, Selection
from evals.schema import SCOPES

if TYPE_CHECKING:
    from rich.console import Console

RUN_SCHEMA = 1
WORST_CASES = 10
SLICE_COLUMNS = ("recall@1", "recall@5", "mrr@10", "ndcg@10")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the run comes to, as a line and as an exit code."""

    exit_code: int
    line: str


def judge(results: Results, checks: Sequence[Check]) -> Verdict:
    """Return 3 when the numbers do not count, 1 when a floor is missed, else 0. Unmeasured is never 0 and never 1."""
    unmeasured = [check for check in checks if check.passed is None]
    missed = [check for check in checks if check.passed is False]
    if results.incomplete:
        return Verdict(3, f"incomplete: {results.incomplete}")
    if unmeasured:
        return Verdict(3, f"incomplete: {'; '.join(map(str, unmeasured))}")
    if missed:
        return Verdict(1, f"failed: {'; '.join(map(str, missed))}")
    return Verdict(0, f"passed {len(checks)} bounds" if checks else "measured (no gate was asked for)")


@dataclass(frozen=True, slots=True)
class Report:
    """A finished run. Per-case detail of the held-out splits is shown only when `reveal` is set."""

    selection: Selection
    dataset: Dataset
    parked: int
    results: Results
    checks: Sequence[Check]
    verdict: Verdict
    reveal: bool

    @property
    def shows_cases(self) -> bool:
        return self.reveal or self.selection.split == "dev"

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self._data(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def _data(self) -> dict[str, Any]:
        results = self.results
        return {
            "schema": RUN_SCHEMA,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "agent": __version__,
            "mode": "offline",
            "cases_hash": self.dataset.cases_hash,
            "corpus_hash": self.dataset.corpus_hash,
            "selection": asdict(self.selection),
            "verdict": {"exit_code": self.verdict.exit_code, "line": self.verdict.line},
            "counts": {
                "run": len(results.scored),
                "parked": self.parked,
                "errors": len(results.errors),
                "unscored": results.unscored,
            },
            "metrics": {metric.name: asdict(metric) for metric in results.metrics},
            "by_style": _slices(results.by_style),
            "by_guide": _slices(results.by_guide),
            "by_folder": _slices(results.by_folder),
            "confusion": {label: dict(row) for label, row in results.confusion.items()},
            "bounds": [{**asdict(check), "passed": check.passed} for check in self.checks],
            "cases": [_case(item) for item in results.scored] if self.shows_cases else "held out; --reveal shows them",
        }

    def print(self, console: Console) -> None:
        """Print verdict, metrics, slices, confusion, worst cases, errors and what is parked, in this order."""
        colour = {0: "green", 1: "red"}.get(self.verdict.exit_code, "yellow")
        console.print(f"[bold {colour}]{escape(self.verdict.line)}[/]")
        console.print(
            f"split {self.selection.split}, offline, {len(self.results.scored)} cases run, {self.parked} parked"
        )
        console.print(_metrics_table(self.results.metrics, self.checks))
        found = self.results
        for title, slices in (("style", found.by_style), ("guide", found.by_guide), ("cases in", found.by_folder)):
            if slices:
                console.print(_slices_table(title, slices))
        if any(row.total() for row in self.results.confusion.values()):
            console.print(_confusion_table(self.results.confusion))
        if self.shows_cases:
            self._print_cases(console)
        elif self.results.errors:
            console.print(f"{len(self.results.errors)} cases raised an error; --reveal names them")
        else:
            console.print("cases of this split are held out; --reveal shows them")

    def _print_cases(self, console: Console) -> None:
        imperfect = sorted(
            (item for item in self.results.scored if item.badness > 0), key=lambda i: (-i.badness, i.case.id)
        )
        worst = [item for item in imperfect if not item.observation.error][:WORST_CASES]
        if worst:
            table = Table("worst cases", "nDCG@10", "question", "what came back", title_justify="left", pad_edge=False)
            for item in worst:
                ndcg = item.scores.get("ndcg@10")
                shown = f"{ndcg.value:.2f}" if ndcg and ndcg.value is not None else "–"
                table.add_row(item.case.id, shown, escape(_short(item.case.question)), escape(_came_back(item)))
            console.print(table)
        for item in self.results.errors:
            console.print(f"[red]error[/] {item.case.id}: {escape(item.explanation)}")


def _case(item: Scored) -> dict[str, Any]:
    answer = item.observation.answer
    return {
        "id": item.case.id,
        "kind": item.case.kind,
        "question": item.case.question,
        "expected": [[label.section, label.grade] for label in item.case.expected_sections],
        "found": list(item.observation.refs),
        "scope": answer.scope if answer else None,
        "outcome": answer.outcome if answer else None,
        "specialist": answer.handoff.specialist if answer and answer.handoff else None,
        "error": item.observation.error,
        "scores": {name: asdict(score) for name, score in item.scores.items()},
    }


def _slices(slices: Mapping[str, Sequence[Metric]]) -> dict[str, Any]:
    return {
        name: {metric.name: {"value": metric.value, "n": metric.n} for metric in group}
        for name, group in slices.items()
    }


def _metrics_table(metrics: Sequence[Metric], checks: Sequence[Check]) -> Table:
    table = Table("metric", "value", "n", "errors", "unscored", "bound", pad_edge=False)
    bounds = {check.metric: check for check in checks}
    for metric in metrics:
        check = bounds.get(metric.name)
        bound = "" if check is None else f"{check.bound} {check.limit:g} {'ok' if check.passed else 'MISSED'}"
        value = escape(metric.reason) if metric.value is None else _number(metric)
        table.add_row(metric.name, value, str(metric.n), str(metric.errors or ""), str(metric.unscored or ""), bound)
    return table


def _number(metric: Metric) -> str:
    return f"{metric.value:.1f} ms" if metric.unit == "ms" else f"{metric.value:.3f}"


def _slices_table(title: str, slices: Mapping[str, Sequence[Metric]]) -> Table:
    table = Table(title, "n", *SLICE_COLUMNS, pad_edge=False)
    for name, group in slices.items():
        values = {metric.name: metric for metric in group}
        cells = [values[column] for column in SLICE_COLUMNS]
        shown = ["–" if metric.value is None else f"{metric.value:.2f}" for metric in cells]
        table.add_row(name, str(cells[0].n), *shown)
    return table


def _confusion_table(confusion: Mapping[str, Mapping[str, int]]) -> Table:
    predicted = [*SCOPES, "error"]
    table = Table("expected \\ got", *predicted, pad_edge=False)
    for label, row in confusion.items():
        table.add_row(label, *(str(row.get(name, 0) or "") for name in predicted))
    return table


def _came_back(item: Scored) -> str:
    found = ", ".join(ref.split("/")[-1] for ref in item.observation.refs[:3])
    return " | ".join(part for part in (found, item.scores["scope"].reason) if part)


def _short(text: str, width: int = 70) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
