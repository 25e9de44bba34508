"""Command line of the evaluation suite.

Exit codes: 0 passed, 1 a bound was missed, 2 wrong usage or invalid dataset (also: nothing selected), 3 the run could
not measure, 130 interrupted.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend_architect import ArchitectError
from evals import coverage as coverage_tables
from evals import dataset, gate, loader, runner, targets
from evals.report import Report, judge
from evals.schema import Case, Split, case_schema

INVALID, UNMEASURED, INTERRUPTED = 2, 3, 130

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
# A pipe has no width of its own; the tables need about this much to stay readable in a log.
out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

CasesDir = Annotated[Path, typer.Option("--cases", help="Folder of case files.", exists=True, file_okay=False)]
Plan = Annotated[Path, typer.Option("--syllabus", help="The plan of the corpus.", exists=True, dir_okay=False)]


@app.command()
def validate(cases: CasesDir = loader.CASES_DIR, syllabus: Plan = dataset.SYLLABUS) -> None:
    """Check that cases, guides and syllabus agree."""
    with _exit_codes(), targets.offline_architect() as architect:
        data = dataset.check(loader.load_cases(cases), architect.sections(), dataset.planned_sections(syllabus))
    out.print(
        f"{len(data.ready)} cases can run, {len(data.parked)} are parked until their guide is written", highlight=False
    )
    for case in data.parked:
        out.print(f"parked {case.id}: {_unwritten(case)}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a case file."""
    typer.echo(json.dumps(case_schema(), indent=2))


@app.command()
def coverage(cases: CasesDir = loader.CASES_DIR) -> None:
    """Show how many cases each dimension has, and which sections no case asks for."""
    with _exit_codes(), targets.offline_architect() as architect:
        refs = [section.ref for section in architect.sections()]
        everything = [located.case for located in loader.load_cases(cases)]
    for table in coverage_tables.tables(everything):
        out.print(table)
    for split in ("dev", "test"):
        unasked = coverage_tables.unlabelled((case for case in everything if case.split == split), refs)
        out.print(f"sections no {split} case asks for ({len(unasked)} of {len(refs)}): {', '.join(unasked) or 'none'}")


@app.command()
def run(  # noqa: PLR0913, PLR0917 - one parameter for each option
    split: Annotated[Split, typer.Option(help="Which split to run.")] = "dev",
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; may be repeated.")] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="Only with this tag, for example style=typo; all must hold.")
    ] = None,
    case_id: Annotated[list[str] | None, typer.Option("--id", help="Only this case; may be repeated.")] = None,
    pattern: Annotated[str | None, typer.Option("--filter", help="Only cases whose id or question matches.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many cases.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write run.json here.")] = None,
    record: Annotated[Path | None, typer.Option(help="Write what the agent did here, for --answers.")] = None,
    answers: Annotated[Path | None, typer.Option(help="Score these recorded answers; the agent is not asked.")] = None,
    gated: Annotated[bool, typer.Option("--gate", help="Hold the whole split against the committed floors.")] = False,
    floors_file: Annotated[Path, typer.Option("--floors", help="The floors of --gate.")] = gate.FLOORS_FILE,
    minimum: Annotated[list[str] | None, typer.Option("--min", help="A floor, for example recall@5=0.95.")] = None,
    maximum: Annotated[
        list[str] | None, typer.Option("--max", help="A ceiling, for example over_refusal=0.02.")
    ] = None,
    reveal: Annotated[bool, typer.Option(help="Show single cases of a held-out split.")] = False,
    quiet: Annotated[bool, typer.Option(help="No progress line.")] = False,
    cases: CasesDir = loader.CASES_DIR,
    syllabus: Plan = dataset.SYLLABUS,
) -> None:
    """Ask the offline agent every selected case and report the metrics."""
    selection = runner.Selection(split, tuple(kind or ()), tuple(tag or ()), tuple(case_id or ()), pattern, limit)
    with _exit_codes():
        _refuse(selection, gated=gated, record=record, reveal=reveal)
        floors = gate.load_floors(split, floors_file) if gated else gate.Floors()
        floors = floors.joined(gate.parse_bounds(minimum or (), maximum or ()))
        with targets.offline_architect() as architect:
            data = dataset.check(loader.load_cases(cases), architect.sections(), dataset.planned_sections(syllabus))
            chosen = _chosen(selection, data)
            target = targets.RecordedTarget(targets.load(answers)) if answers else targets.LibraryTarget(architect)
            with _progress(len(chosen), quiet=quiet) as progress:
                observations = runner.observe(chosen, target, progress)
        if record:
            targets.save(observations, record)
        results = runner.score(chosen, observations, data.folders)
        checks = gate.check(results.metrics, floors)
    report = Report(selection, data, len(selection.of(data.parked)), results, checks, judge(results, checks), reveal)
    if json_file:
        report.save(json_file)
    report.print(out)
    raise typer.Exit(report.verdict.exit_code)


def _refuse(selection: runner.Selection, *, gated: bool, record: Path | None, reveal: bool) -> None:
    if gated and not selection.is_whole_split:
        _stop(INVALID, "--gate compares whole splits; drop the other selections, or use --min and --max")
    if record and selection.split != "dev" and not reveal:
        _stop(
            INVALID, f"--record would write single cases of the held-out split {selection.split}; add --reveal to do it"
        )
    if selection.pattern is not None:
        try:
            re.compile(selection.pattern)
        except re.error as error:
            _stop(INVALID, f"--filter {selection.pattern!r} is not a regular expression: {error}")


def _chosen(selection: runner.Selection, data: dataset.Dataset) -> tuple[Case, ...]:
    chosen = selection.of(data.ready)
    if not chosen:
        parked = len(selection.of(data.parked))
        waiting = f"; the {parked} that match are parked until their guide is written" if parked else ""
        _stop(INVALID, f"the selection matches no case that can run{waiting}")
    return chosen


def _unwritten(case: Case) -> str:
    return ", ".join(label.section for label in case.expected_sections if label.grade == 3)


def _stop(code: int, message: str) -> NoReturn:
    err.print(message)
    raise typer.Exit(code)


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turn what can go wrong outside of single cases into one line and the exit code that belongs to it."""
    try:
        yield
    except (loader.DatasetError, gate.FloorsError, targets.RecordingError) as error:
        _stop(INVALID, str(error))
    except ArchitectError as error:
        _stop(UNMEASURED, f"nothing was measured: {error}")
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "interrupted; no result was written")


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[runner.Step]:
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Piped output gets no line at all: a log needs the report, not the way there.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("cases", total=total)
        yield lambda: progress.advance(task)


if __name__ == "__main__":
    app()
