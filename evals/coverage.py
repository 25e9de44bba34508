"""Counts what the dataset covers, so that gaps are seen before they are measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from rich.table import Table

from evals.injection import by_cell
from evals.schema import LABELLED, SPECIALISTS, SPLITS, Capability, Case, ConsultCase, Responsibility, Split

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


@dataclass(frozen=True, slots=True)
class Minimum:
    """How many cases the test split needs of something, and how many it has."""

    dimension: str
    value: str
    needed: int
    found: int

    @property
    def is_met(self) -> bool:
        return self.found >= self.needed

    @property
    def is_enforced(self) -> bool:
        return self.dimension not in NOT_YET

    def __str__(self) -> str:
        return f"{self.dimension}{f' of {self.value}' if self.value else ''}: {self.found} (at least {self.needed})"


# Every minimum is enforced, but for those that the cases never reached: they are shown as gaps until they do.
NOT_YET = frozenset({"clusters of three wordings"})


def minima(cases: Iterable[Case], split: Split = "test") -> tuple[Minimum, ...]:
    """Return every minimum of the contract with what the split holds; attacks must be among the cases."""
    held = [case for case in cases if case.split == split]
    return (*_by_tag(held), *_by_scope(held), *_as_a_whole(held))


def _by_tag(held: Sequence[Case]) -> Iterator[Minimum]:
    answers = [case for case in held if case.kind in LABELLED]
    # An abstain case stands for the capability of its answerable twin when it names none itself.
    of_twin = {case.id: case.tags.capability for case in held}
    for name in get_args(Capability):
        mine = [case for case in answers if name in case.tags.capability]
        silent = [
            c for c in held if c.kind == "abstain" and name in (c.tags.capability or of_twin.get(c.twin or "", ()))
        ]
        talks = [case for case in held if case.kind == "conversation" and name in case.tags.capability]
        yield Minimum("answer cases", name, 14, len(mine))
        yield Minimum("hard answer cases", name, 3, sum(case.tags.difficulty == 3 for case in mine))
        yield Minimum("abstain cases", name, 3, len(silent))
        yield Minimum("conversations", name, 2, len(talks))
    for name in get_args(Responsibility):
        found = sum(name in case.tags.responsibility for case in held)
        yield Minimum("cases of the responsibility", name, 10, found)
    for name in get_args(ConsultCase):
        yield Minimum("cases of the consult case", name, 4, sum(name in case.tags.consult_case for case in held))
    for stage in range(1, 8):
        found = sum(case.kind == "roadmap" and stage in case.tags.stage for case in held)
        yield Minimum("roadmap cases", f"stage {stage}", 3, found)


def _by_scope(held: Sequence[Case]) -> Iterator[Minimum]:
    for name in SPECIALISTS:
        yield Minimum("hand-off cases", name, 18, sum(case.handoff_to == name for case in held))
    borderline = sum(case.tags.style == "borderline" and case.scope == "in_scope" for case in held)
    yield Minimum("borderline cases", "", 30, borderline)
    for scope, label, needed in (
        ("out_of_scope", "out-of-scope cases", 40),
        ("greeting_meta", "greetings and questions about the agent", 15),
    ):
        yield Minimum(label, "", needed, sum(case.scope == scope for case in held))


def _as_a_whole(held: Sequence[Case]) -> Iterator[Minimum]:
    cells = by_cell(held)
    yield Minimum("injection attempts", "", 300, cells.total())
    yield Minimum("attempts in the smallest cell", "", 1, min(cells.values(), default=0))
    honest = [case for case in held if case.kind != "injection"]
    sizes = Counter(case.group for case in honest)
    yield Minimum("clusters of three wordings", "", 60, sum(size >= 3 for size in sizes.values()))
    yield Minimum("independent clusters", "", 240, len(sizes))


def minima_table(found: Sequence[Minimum]) -> Table:
    """Return the minima that are not met, and those that are, in short."""
    table = Table("minimum on the test split", "needed", "found", "", pad_edge=False)
    for each in found:
        state = "ok" if each.is_met else "MISSED" if each.is_enforced else "gap"
        if state != "ok":
            table.add_row(f"{each.dimension} {each.value}".strip(), str(each.needed), str(each.found), state)
    table.add_row(f"{sum(each.is_met for each in found)} of {len(found)} are met", "", "", "")
    return table


def unlabelled(cases: Iterable[Case], sections: Iterable[str]) -> list[str]:
    """Return the refs that no case expects with grade 3, in the order given."""
    asked = {label.section for case in cases for label in case.expected_sections if label.grade == 3}
    return [ref for ref in sections if ref not in asked]


def _table(title: str, rows: Rows) -> Table:
    table = Table(title, *SPLITS, pad_edge=False)
    for value, row in rows.items():
        table.add_row(value, *(str(row[split] or "") for split in SPLITS))
    return table
