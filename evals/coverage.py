"""Counts what the dataset covers, so that gaps are seen before they are measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rich.table import Table

from evals.schema import SPLITS, Case

Rows = dict[str, Counter[str]]


def tables(cases: Sequence[Case]) -> list[Table]:
    """Return one table per dimension, with a column per split."""
    dimensions: tuple[tuple[str, Callable[[Case], Iterable[str]]], ...] = (
        ("kind", lambda case: [case.kind]),
        ("scope", lambda case: [case.scope] if case.kind in ("scope", "handoff") else []),
        ("hand-off", lambda case: [case.handoff_to] if case.handoff_to else []),
        ("capability", lambda case: case.tags.capability),
        ("responsibility", lambda case: case.tags.responsibility),
        ("consult case", lambda case: case.tags.consult_case),
        ("stage", lambda case: [str(stage) for stage in case.tags.stage]),
        ("style", lambda case: [case.tags.style]),
        ("form", lambda case: [case.tags.form]),
        ("guide", lambda case: [case.guide] if case.guide else []),
    )
    return [_table(title, counts(cases, values)) for title, values in dimensions]


def counts(cases: Iterable[Case], values: Callable[[Case], Iterable[str]]) -> Rows:
    """Return the number of cases per value and split."""
    rows: Rows = {}
    for case in cases:
        for value in values(case):
            rows.setdefault(value, Counter())[case.split] += 1
    return dict(sorted(rows.items()))


def unlabelled(cases: Iterable[Case], sections: Iterable[str]) -> list[str]:
    """Return the refs that no case expects with grade 3, in the order given."""
    asked = {label.section for case in cases for label in case.expected_sections if label.grade == 3}
    return [ref for ref in sections if ref not in asked]


def _table(title: str, rows: Rows) -> Table:
    table = Table(title, *SPLITS, pad_edge=False)
    for value, row in rows.items():
        table.add_row(value, *(str(row[split] or "") for split in SPLITS))
    return table
