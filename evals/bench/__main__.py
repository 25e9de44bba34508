"""Print the benchmark as Markdown: start-up, answers, model overhead, and retrieval side by side."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.bench import latency, overhead, retrieval, startup
from evals.bench.figures import Figure, figures_table


class Part(StrEnum):
    STARTUP = "startup"
    LATENCY = "latency"
    OVERHEAD = "overhead"
    RETRIEVAL = "retrieval"


TITLES = {Part.STARTUP: "Start-up", Part.LATENCY: "Answers and memory", Part.OVERHEAD: "In front of a model"}
MEASURED = {Part.STARTUP: startup.measure, Part.LATENCY: latency.measure, Part.OVERHEAD: overhead.measure}


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    only: Annotated[list[Part] | None, typer.Option(help="Only this part; may be repeated.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the numbers here as well.")] = None,
) -> None:
    """Measure on this machine and print Markdown. A ratio says how many times the baseline beside it."""
    parts = only or list(Part)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    data: dict[str, Any] = {"python": platform.python_version(), "cores": os.cpu_count(), "load_before": load}
    typer.echo(f"Python {data['python']}, {data['cores']} cores, load {load} before the run\n")
    for part in parts:
        if part is Part.RETRIEVAL:
            data[part] = _retrieval()
        else:
            figures = MEASURED[part]()
            data[part] = [_figure(figure) for figure in figures]
            _section(TITLES[part], figures_table(figures))
    if json_file:
        json_file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _retrieval() -> dict[str, Any]:
    cases = retrieval.dev_cases()
    rows, signals = retrieval.measure(cases), retrieval.by_signal(cases)
    _section(f"Retrieval, {len(cases)} dev cases", retrieval.markdown(rows))
    _section("Ours by one signal alone", retrieval.signals_markdown(signals))
    return {"cases": len(cases), "rows": [asdict(row) for row in rows], "signals": dict(signals)}


def _section(title: str, body: str) -> None:
    typer.echo(f"## {title}\n\n{body}\n")


def _figure(figure: Figure) -> dict[str, Any]:
    return asdict(figure) | {"ratio": figure.ratio, "within_budget": figure.within_budget}


if __name__ == "__main__":
    app()
