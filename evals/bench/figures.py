"""Measured figures, each beside its baseline, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, what the machine does alone in the same unit, and what the design allows.

    `best` is the fastest run: on a machine that others use, the median says what it took and the best what it takes.
    """

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""
    budget: float | None = None
    best: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def within_budget(self) -> bool | None:
        return None if self.budget is None else self.value <= self.budget


def figures_table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        (
            figure.name,
            _measured(figure),
            ""
            if figure.budget is None
            else f"{figure.budget:g} {figure.unit} {'ok' if figure.within_budget else 'OVER'}",
            "" if figure.baseline is None else f"{figure.baseline_name} {figure.baseline:.{_digits(figure)}f}",
            "" if figure.ratio is None else f"{figure.ratio:.1f}",
        )
        for figure in figures
    ]
    return table(("what", "measured", "budget", "baseline", "ratio"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _measured(figure: Figure) -> str:
    digits = _digits(figure)
    best = "" if figure.best is None else f" (best {figure.best:.{digits}f})"
    return f"{figure.value:.{digits}f} {figure.unit}{best}"


def _digits(figure: Figure) -> int:
    return {"s": 2, "ms": 1}.get(figure.unit, 0)
