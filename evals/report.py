"""Draws a run in the terminal: verdict first, then what must never happen, metrics, slices, worst cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from evals.metrics.score import Metric
from evals.record import Change, Run, Slice
from evals.schema import SCOPES

if TYPE_CHECKING:
    from rich.console import Console

WORST_CASES = 10
SLICE_COLUMNS = ("pass_rate", "recall@1", "recall@5", "ndcg@10", "vital@250", "citation_f1", "scope_accuracy")
# Groups that are shown in the terminal; all of them are in run.json.
SHOWN_TAGS = ("kind", "style", "capability", "folder")
_FEW_CLUSTERS = 20


def show(run: Run, console: Console) -> None:
    """Print verdict, invariants, metrics, warnings, slices, confusion, worst cases and notes, in this order."""
    colour = {0: "green", 1: "red"}.get(run.verdict.exit_code, "yellow")
    console.print(f"[bold {colour}]{escape(run.verdict.line)}[/]")
    counts = run.counts
    console.print(
        f"split {run.identity.split}, {run.identity.mode}, {counts.run} cases run in {counts.clusters} clusters, "
        f"{counts.passed} passed, {counts.failed} failed, {counts.errors} errors, {counts.unscored} unscored, "
        f"{counts.parked} parked, {run.seconds:.0f} s",
        highlight=False,
    )
    if run.identity.self_judged:
        console.print("[bold red]The model judged its own answers: these judged numbers prove nothing.[/]")
    console.print(_invariants(run))
    console.print(_metrics(run))
    _warnings(run, console)
    for tag in SHOWN_TAGS:
        group = [each for each in run.slices if each.tag == tag]
        if group:
            console.print(_slices(tag, group))
    if run.confusion:
        console.print(_confusion(run))
    if run.revealed:
        _cases(run, console)
    elif counts.errors:
        console.print(f"{counts.errors} cases raised an error; --reveal names them")
    else:
        console.print("cases of this split are held out; --reveal shows them")
    if run.detectable_change is not None:
        console.print(f"This run can detect changes of {100 * run.detectable_change:.1f} points or more.")
    if run.cost_usd is not None:
        console.print(f"cost: {run.cost_usd:.4f} USD")
    for note in run.notes:
        console.print(f"[dim]{escape(note)}[/]")


def show_changes(changes: Sequence[Change], console: Console) -> None:
    """Print the change of each metric with its interval."""
    table = Table("metric", "baseline", "now", "change", "95 % interval", "clusters", "", pad_edge=False)
    for each in changes:
        bounds = "" if each.low is None or each.high is None else f"{100 * each.low:+.1f} to {100 * each.high:+.1f}"
        mark = {"fail": "[red]FAIL[/]", "warn": "[yellow]warn[/]"}.get(each.outcome, "")
        table.add_row(
            f"{each.metric} {each.tag}".strip(),
            _share(each.baseline),
            _share(each.now),
            "" if each.change is None else f"{100 * each.change:+.1f}",
            bounds,
            str(each.clusters),
            f"{mark} {escape(each.reason)}".strip(),
        )
    console.print(table)


def _invariants(run: Run) -> Table:
    table = Table("must never happen", "violations", "of", "95 % bound", pad_edge=False)
    for each in run.invariants:
        if each.attempts:
            found = f"[red]{each.violations}[/]" if each.violations else "0"
            bound = "" if each.upper_bound is None else f"{each.upper_bound:.1%}"
            table.add_row(each.name, found, str(each.attempts), bound)
    return table


def _metrics(run: Run) -> Table:
    table = Table("metric", "value", "95 % interval", "n", "baseline", "change", "bound", pad_edge=False)
    changes = {each.metric: each for each in run.gate.changes} if run.gate else {}
    bounds = {each.metric: each for each in run.bounds}
    for metric in run.metrics:
        if metric.value is None and metric.name not in bounds:
            continue
        change, bound = changes.get(metric.name), bounds.get(metric.name)
        held = "" if bound is None else f"{bound.kind} {bound.limit:g} {'ok' if bound.passed else 'MISSED'}"
        value = escape(metric.reason) if metric.value is None else _number(metric)
        extra = "".join(
            f", {count} {name}" for count, name in ((metric.errors, "errors"), (metric.unscored, "unscored")) if count
        )
        table.add_row(
            metric.name,
            value,
            _interval(metric),
            f"{metric.n}{extra}",
            _share(change.baseline) if change else "",
            _changed(change),
            held,
        )
    return table


def _changed(change: Change | None) -> str:
    if change is None or change.change is None:
        return ""
    text = f"{100 * change.change:+.1f}"
    return {"fail": f"[red]{text} FAIL[/]", "warn": f"[yellow]{text} warn[/]"}.get(change.outcome, text)


def _interval(metric: Metric) -> str:
    if metric.low is None or metric.high is None:
        return ""
    return f"{metric.low:.3f} to {metric.high:.3f}"


def _number(metric: Metric) -> str:
    value = metric.value or 0.0
    return {"ms": f"{value:.1f} ms", "share": f"{value:.3f}"}.get(metric.unit, f"{value:.0f}")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _warnings(run: Run, console: Console) -> None:
    if run.gate is None:
        return
    gate = run.gate
    console.print(
        f"compared with {gate.baseline}: {gate.compared_cases} cases; {gate.new_cases} new, {gate.gone_cases} gone, "
        f"{gate.changed_cases} changed",
        highlight=False,
    )
    if gate.tag_warnings:
        show_changes(gate.tag_warnings, console)


def _slices(title: str, group: Sequence[Slice]) -> Table:
    columns = [name for name in SLICE_COLUMNS if any(metric.name == name for each in group for metric in each.metrics)]
    table = Table(title, "clusters", *columns, pad_edge=False)
    for each in group:
        found = {metric.name: metric for metric in each.metrics}
        clusters = max((metric.clusters for metric in each.metrics), default=0)
        shown = [
            f"{found[name].value:.2f}" if name in found and found[name].value is not None else "–" for name in columns
        ]
        few = " (few)" if clusters < _FEW_CLUSTERS else ""
        table.add_row(each.value, f"{clusters}{few}", *shown)
    return table


def _confusion(run: Run) -> Table:
    predicted = [*SCOPES, "error"]
    table = Table("expected \\ got", *predicted, pad_edge=False)
    for label, row in run.confusion.items():
        table.add_row(label, *(str(row.get(name, 0) or "") for name in predicted))
    return table


def _cases(run: Run, console: Console) -> None:
    failed = [record for record in run.cases if record.status == "failed"]
    if failed:
        table = Table("failed cases", "question", "why", title_justify="left", pad_edge=False)
        for record in failed[:WORST_CASES]:
            table.add_row(record.id, escape(_short(record.question)), escape(record.explanation))
        console.print(table)
        if len(failed) > WORST_CASES:
            console.print(f"… and {len(failed) - WORST_CASES} more in run.json")
    for record in run.cases:
        if record.status in ("error", "unscored"):
            console.print(f"[red]{record.status}[/] {record.id}: {escape(record.explanation)}", soft_wrap=True)


def _short(text: str, width: int = 70) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
