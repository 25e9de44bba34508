"""Draws a run in the terminal: verdict first, then what must never happen, metrics, slices, worst cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from evals.record import Change, Run
from evals.reports.view import WORST_CASES, SliceTable, View, percent, share

if TYPE_CHECKING:
    from rich.console import Console


def show(run: Run, console: Console) -> None:
    """Print verdict, invariants, metrics, warnings, slices, confusion, worst cases and notes, in this order."""
    view = View.of(run)
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
    console.print(_metrics(view))
    _warnings(view, console)
    for table in view.slices():
        console.print(_slices(table))
    if run.confusion:
        console.print(_confusion(view))
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
            share(each.baseline),
            share(each.now),
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
            table.add_row(each.name, found, str(each.attempts), percent(each.upper_bound))
    return table


def _metrics(view: View) -> Table:
    table = Table("metric", "value", "95 % interval", "n", "baseline", "change", "bound", pad_edge=False)
    changes = {each.metric: each for each in view.run.gate.changes} if view.run.gate else {}
    for row in view.rows:
        change = _changed(changes.get(row.name))
        table.add_row(row.name, escape(row.value), row.interval, row.n, row.baseline, change, row.bound)
    return table


def _changed(change: Change | None) -> str:
    if change is None or change.change is None:
        return ""
    text = f"{100 * change.change:+.1f}"
    return {"fail": f"[red]{text} FAIL[/]", "warn": f"[yellow]{text} warn[/]"}.get(change.outcome, text)


def _warnings(view: View, console: Console) -> None:
    if view.run.gate is None:
        return
    console.print(view.compared, highlight=False)
    if view.run.gate.tag_warnings:
        show_changes(view.run.gate.tag_warnings, console)


def _slices(group: SliceTable) -> Table:
    table = Table(group.tag, "clusters", *group.columns, pad_edge=False)
    for each in group.rows:
        table.add_row(each.value, each.counted, *each.cells)
    return table


def _confusion(view: View) -> Table:
    predicted, rows = view.confusion
    table = Table("expected \\ got", *predicted, pad_edge=False)
    for label, row in rows:
        table.add_row(label, *(str(number or "") for number in row))
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
