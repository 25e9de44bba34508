"""Writes the reports of a run into a folder, each under the name that CI and people look for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal

from evals.record import Run
from evals.reports.html import html_text
from evals.reports.junit import junit_text
from evals.reports.markdown import short_summary, summary
from evals.reports.tables import csv_text, jsonl_text
from evals.reports.view import View

Format = Literal["html", "markdown", "junit", "csv"]

WRITERS: Mapping[Format, Mapping[str, Callable[[View], str]]] = {
    "html": {"report.html": html_text},
    "markdown": {"summary.md": summary, "summary-short.md": short_summary},
    "junit": {"junit.xml": junit_text},
    "csv": {"cases.csv": csv_text, "cases.jsonl": jsonl_text},
}


def write(run: Run, folder: Path, formats: Collection[Format] = (), before: Run | None = None) -> tuple[Path, ...]:
    """Write the chosen reports, all when none is chosen, and return their paths.

    `before` is a run whose answers and results stand beside those of `run`, case by case.
    """
    view = View.of(run, before)
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        _write(folder / name, draw(view))
        for chosen, files in WRITERS.items()
        if not formats or chosen in formats
        for name, draw in files.items()
    )


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
