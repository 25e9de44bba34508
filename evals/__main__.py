"""Command line of the evaluation suite.

Exit codes: 0 passed, 1 a gate or an invariant failed, 2 wrong usage or invalid dataset (also: nothing selected), 3 the
run is incomplete or cannot be compared, 130 interrupted (go on with --resume).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend_architect import ArchitectError
from evals import calibration, dataset, gate, injection, leaks, loader, runner, session, targets
from evals import coverage as coverage_tables
from evals.baseline import Baseline, BaselineError, baseline_path
from evals.budget import PriceError
from evals.cache import Cache, CacheMode
from evals.judging import Judging, JudgingError, judge_for, judged_plan
from evals.labels import drawing
from evals.metrics.weights import Weights
from evals.record import RecordError, Run, RunMode
from evals.report import show, show_changes
from evals.reports.files import Format, write
from evals.results import shown
from evals.schema import Split, case_schema

INVALID, UNMEASURED, INTERRUPTED = 2, 3, 130

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
# A pipe has no width of its own; the tables need about this much to stay readable in a log.
out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)

CasesDir = Annotated[Path, typer.Option("--cases", help="Folder of case files.", exists=True, file_okay=False)]
Plan = Annotated[Path, typer.Option("--syllabus", help="The plan of the corpus.", exists=True, dir_okay=False)]
RunPath = Annotated[Path, typer.Argument(help="Folder of a run, or its run.json.", exists=True)]


@app.command()
def validate(cases: CasesDir = loader.CASES_DIR, syllabus: Plan = dataset.SYLLABUS) -> None:
    """Check that cases, guides and syllabus agree."""
    with _exit_codes(), targets.offline_architect() as architect:
        data = dataset.check(loader.load_cases(cases), architect.sections(), dataset.planned_sections(syllabus))
    out.print(
        f"{len(data.ready)} cases can run, {len(data.parked)} are parked until their guide is written", highlight=False
    )
    for case in data.parked:
        unwritten = ", ".join(label.section for label in case.expected_sections if label.grade == 3)
        out.print(f"parked {case.id}: {unwritten}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a case file."""
    typer.echo(json.dumps(case_schema(), indent=2))


@app.command()
def coverage(
    cases: CasesDir = loader.CASES_DIR,
    enforce: Annotated[bool, typer.Option(help="Return 1 when a minimum is missed.")] = False,
) -> None:
    """Show how many cases each dimension has, which minima are missed, and which sections no case asks for."""
    with _exit_codes(), targets.offline_architect() as architect:
        refs = [section.ref for section in architect.sections()]
        everything = [located.case for located in loader.load_cases(cases)]
        attacks = injection.expand(architect.sections())
    for table in coverage_tables.tables(everything):
        out.print(table)
    for split in ("dev", "test"):
        unasked = coverage_tables.unlabelled((case for case in everything if case.split == split), refs)
        out.print(f"sections no {split} case asks for ({len(unasked)} of {len(refs)}): {', '.join(unasked) or 'none'}")
    found = coverage_tables.minima((*everything, *attacks))
    out.print(coverage_tables.minima_table(found))
    missed = [each for each in found if each.is_enforced and not each.is_met]
    if enforce and missed:
        _stop(1, "\n".join(map(str, missed)))


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
    sample: Annotated[int | None, typer.Option(min=1, help="Draw this many clusters.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of --sample.")] = 0,
    failed_from: Annotated[
        Path | None, typer.Option(help="Only the cases that did not pass in this run.", exists=True)
    ] = None,
    attacks: Annotated[bool, typer.Option(help="Run the expanded injection attempts of the test split.")] = True,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the run; evals/runs/<time> if not given.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the interrupted run in this folder.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write run.json here too.")] = None,
    record: Annotated[Path | None, typer.Option(help="Write what the agent did here, for --answers.")] = None,
    answers: Annotated[Path | None, typer.Option(help="Score these recorded answers; the agent is not asked.")] = None,
    gated: Annotated[
        bool, typer.Option("--gate", help="Hold the whole split against its floors and the committed baseline.")
    ] = False,
    baseline: Annotated[Path | None, typer.Option(help="Compare with this baseline instead.")] = None,
    floors_file: Annotated[Path, typer.Option("--floors", help="The floors of --gate.")] = gate.FLOORS_FILE,
    minimum: Annotated[list[str] | None, typer.Option("--min", help="A floor, for example recall@5=0.95.")] = None,
    maximum: Annotated[
        list[str] | None, typer.Option("--max", help="A ceiling, for example over_refusal=0.02.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", min=1, help="Cases asked at once; one per core if not given.")
    ] = None,
    case_seconds: Annotated[
        float, typer.Option(help="Give up on a case after so many seconds.")
    ] = targets.CASE_SECONDS,
    embeds: Annotated[
        bool, typer.Option("--embeddings/--no-embeddings", help="Score nuggets with embeddings too.")
    ] = True,
    reveal: Annotated[bool, typer.Option(help="Show single cases of a held-out split.")] = False,
    mode: Annotated[RunMode, typer.Option(help="judged: ask a model and let another judge it.")] = "offline",
    model: Annotated[
        str | None, typer.Option(help="Judged: the model that answers; ARCHITECT_MODEL if not given.")
    ] = None,
    judge_model: Annotated[
        str | None, typer.Option(envvar="EVALS_JUDGE_MODEL", help="Judged: the model that judges.")
    ] = None,
    allow_self_judge: Annotated[bool, typer.Option(help="Judged: let a model judge its own answers.")] = False,
    max_cost: Annotated[float | None, typer.Option(min=0, help="Judged: stop at so many US dollars.")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Judged: ask each case so often; scores are means.")] = 1,
    cache_mode: Annotated[
        CacheMode, typer.Option("--cache-mode", help="Judged: what to do with kept replies.")
    ] = "read-write",
    rivals: Annotated[Path | None, typer.Option(help="Judged: recorded answers to compare with, pairwise.")] = None,
    quiet: Annotated[bool, typer.Option(help="No progress line.")] = False,
    ci: Annotated[bool, typer.Option("--ci", help="Plain progress lines instead of a live one.")] = False,
    cases: CasesDir = loader.CASES_DIR,
    syllabus: Plan = dataset.SYLLABUS,
) -> None:
    """Ask the agent every selected case and report the metrics."""
    selection = runner.Selection(
        split, tuple(kind or ()), tuple(tag or ()), tuple(case_id or ()), pattern, limit, sample, seed
    )
    with _exit_codes():
        _refuse(selection, gated=gated, record=record, reveal=reveal)
        plan = session.Plan(
            selection=selection,
            cases=cases,
            syllabus=syllabus,
            floors=gate.parse_bounds(minimum or (), maximum or ()),
            floors_file=floors_file if gated else None,
            baseline=baseline,
            answers=answers,
            failed_from=failed_from,
            with_attacks=attacks,
            jobs=jobs,
            folder=resume or folder,
            resumes=resume is not None,
            reveal=reveal,
            embeds=embeds,
            case_seconds=case_seconds,
        )
        if mode == "judged":
            choices = Judging(model, judge_model, allow_self_judge, max_cost, cache_mode, rivals)
            plan = judged_plan(replace(plan, repeats=repeat), choices)
        finished = session.perform(plan, _Asking(quiet=quiet, ci=ci))
        if record:
            targets.save((each.observation for each in finished.cases if each.observation), record)
    if json_file:
        json_file.write_text(shown(finished).model_dump_json(indent=1) + "\n", encoding="utf-8")
    show(finished, out)
    raise typer.Exit(finished.verdict.exit_code)


@app.command()
def rescore(
    folder: RunPath,
    reveal: Annotated[bool, typer.Option(help="Show single cases of a held-out split.")] = False,
    embeds: Annotated[
        bool, typer.Option("--embeddings/--no-embeddings", help="Score nuggets with embeddings too.")
    ] = True,
    cases: CasesDir = loader.CASES_DIR,
    syllabus: Plan = dataset.SYLLABUS,
) -> None:
    """Score the stored answers of a run with the metrics of today; the agent is not asked."""
    with _exit_codes():
        where = folder if folder.is_dir() else folder.parent
        plan = session.Plan(runner.Selection(), cases, syllabus, reveal=reveal, embeds=embeds)
        finished = session.rescore(where, plan)
        shown(finished).save(where)
    show(finished, out)
    raise typer.Exit(finished.verdict.exit_code)


@app.command()
def compare(before: RunPath, after: RunPath) -> None:
    """Show what changed from one run to another, metric by metric and case by case."""
    with _exit_codes():
        old, new = Run.load(before), Run.load(after)
        found = gate.compare(Baseline.of(old, "compared"), new.identity, new.cases, name=str(before))
    show_changes(found.changes, out)
    if found.tag_warnings:
        show_changes(found.tag_warnings, out)
    out.print(f"{found.compared_cases} cases in both, {found.new_cases} new, {found.gone_cases} gone", highlight=False)
    if old.revealed and new.revealed:
        then = {record.id: record for record in old.cases}
        for flip in found.flipped:
            record = next(each for each in new.cases if each.id == flip[1:])
            why = record.explanation if flip[0] == "-" else f"was: {then[record.id].explanation}"
            out.print(f"{flip} {why}", highlight=False, markup=False, soft_wrap=True)
    worse = [change for change in found.changes if change.outcome == "fail"]
    raise typer.Exit(1 if worse else 0)


@app.command()
def report(
    folder: RunPath,
    html: Annotated[bool, typer.Option("--html", help="Write report.html.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write summary.md and summary-short.md.")] = False,
    junit: Annotated[bool, typer.Option("--junit", help="Write junit.xml.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write cases.csv and cases.jsonl.")] = False,
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder of the reports; that of the run if not given.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="A run whose answers are shown beside these, word by word.", exists=True)
    ] = None,
) -> None:
    """Draw a finished run as files, all kinds when none is named. Says 0 whatever the run came to."""
    asked: dict[Format, bool] = {"html": html, "markdown": markdown, "junit": junit, "csv": csv}
    with _exit_codes():
        finished = Run.load(folder)
        before = Run.load(against) if against else None
    chosen = [name for name, is_asked in asked.items() if is_asked]
    target = to or (folder if folder.is_dir() else folder.parent)
    try:
        written = write(finished, target, chosen, before)
    except OSError as error:
        _stop(INVALID, f"the reports cannot be written to {target}: {error.strerror}")
    for path in written:
        out.print(str(path), highlight=False, markup=False, soft_wrap=True)


@app.command()
def bless(
    folder: RunPath,
    reason: Annotated[str, typer.Option(help="Why this result is the new baseline.")],
    allow_dirty: Annotated[bool, typer.Option(help="For tests: bless although files are not committed.")] = False,
) -> None:
    """Make a finished run of the whole test split the committed baseline of its mode."""
    with _exit_codes():
        finished = Run.load(folder)
        path = baseline_path(finished.identity.mode)
        before = Baseline.load(path) if path.exists() else None
        _refuse_blessing(finished, reason, allow_dirty=allow_dirty)
        if before is not None:
            try:
                found = gate.compare(before, finished.identity, finished.cases, name=path.name)
                show_changes(found.changes, out)
            except gate.NotComparable as error:
                out.print(f"{error} (this is what blessing is for)", highlight=False, markup=False)
        Baseline.of(finished, reason, before).save(path)
    out.print(f"{path.name} now holds {len(finished.cases)} cases: {reason}", highlight=False, markup=False)


@app.command()
def calibrate(  # noqa: PLR0913, PLR0917 - one parameter for each option
    labels: Annotated[Path, typer.Option(help="File of human labels, or its folder.")] = calibration.LABELS,
    errors: Annotated[int, typer.Option(min=0, help="Show so many of the worst disagreements of each kind.")] = 0,
    draw: Annotated[int | None, typer.Option(min=11, help="Draw so many pairs for people to label.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of --draw.")] = 0,
    sheets: Annotated[Path | None, typer.Option("--out", help="Folder for the sheets of --draw.")] = None,
    first: Annotated[Path | None, typer.Option(help="Enter what the first reader said.", exists=True)] = None,
    second: Annotated[Path | None, typer.Option(help="Enter what the second reader said.", exists=True)] = None,
    judge_model: Annotated[str | None, typer.Option(envvar="EVALS_JUDGE_MODEL", help="The model that judges.")] = None,
    cache_mode: Annotated[CacheMode, typer.Option("--cache-mode")] = "read-write",
    cases: CasesDir = loader.CASES_DIR,
    syllabus: Plan = dataset.SYLLABUS,
) -> None:
    """Compare the metrics that need no model, and the judge, with human labels; or draw what people are to label."""
    if draw is not None:
        if sheets is None:
            _stop(INVALID, "--draw needs --out, the folder for the sheets")
        _draw_pairs(draw, seed, labels, sheets, cases, syllabus)
        return
    with _exit_codes():
        found = calibration.load(labels)
        found = calibration.entered(found, first, "label") if first else found
        found = calibration.entered(found, second, "second") if second else found
        if first or second:
            calibration.save(found, calibration.file_of(labels))
        read = calibration.readings(found, Weights.load())
        lines = [f"{len(read)} of {len(found)} pairs are labelled", *calibration.report(read)]
        lines += [each.line for each in calibration.people_agreement(found)]
        if judge_model:
            judged = calibration.judge_agreement(found, judge_for(judge_model, Cache(cache_mode)))
            lines.append(f"{judged.line}: {judged.consequence}")
    lines += [each.line for each in calibration.worst(read, errors)]
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    if not read:
        _stop(UNMEASURED, "nothing was compared: nobody has labelled these pairs yet")


def _draw_pairs(size: int, seed: int, labels: Path, sheets: Path, cases: Path, syllabus: Path) -> None:
    with _exit_codes(), targets.offline_architect() as architect:
        drawing.refuse_to_overwrite(labels)
        sections = architect.sections()
        data = dataset.check(loader.load_cases(cases), sections, dataset.planned_sections(syllabus))
        drawn = drawing.draw(
            data.ready,
            lambda case: architect.ask(targets.asked_text(case)),
            sections,
            Weights.load(),
            size=size,
            seed=seed,
        )
        written = drawing.write(drawn, labels, sheets, seed=seed)
    for path in written:
        out.print(str(path), highlight=False, markup=False, soft_wrap=True)


@app.command()
def cache(
    prune_days: Annotated[float | None, typer.Option("--prune", help="Delete what is older than so many days.")] = None,
) -> None:
    """Show, or prune, the kept replies of judged runs."""
    kept = Cache()
    if prune_days is not None:
        out.print(f"deleted {kept.prune(prune_days)}", highlight=False)
    entries = list(kept.entries())
    out.print(f"{len(entries)} replies, {sum(path.stat().st_size for path in entries) / 1e6:.1f} MB", highlight=False)


@app.command()
def leakcheck(cases: CasesDir = loader.CASES_DIR) -> None:
    """Fail when prompts or the agent's code hold eight words in a row of a test question or nugget."""
    with _exit_codes():
        found = leaks.check([located.case for located in loader.load_cases(cases)])
    for leak in found:
        err.print(str(leak))
    out.print(f"{len(found)} leaks", highlight=False)
    raise typer.Exit(1 if found else 0)


@app.command()
def weights() -> None:
    """Count the words of the guides anew for the metrics. Changes them: the next run needs a new baseline."""
    with _exit_codes(), targets.offline_architect() as architect:
        counted = Weights.count(architect.sections())
    before = Weights.load().hash
    counted.save()
    out.print(f"{len(counted.by_stem)} stems, hash {counted.hash} (was {before})", highlight=False)


def _refuse_blessing(finished: Run, reason: str, *, allow_dirty: bool) -> None:
    if not reason.strip():
        _stop(INVALID, "a baseline needs a reason")
    if finished.identity.selection != runner.WHOLE or finished.identity.split != "test":
        chosen = f"{finished.identity.selection} of {finished.identity.split}"
        _stop(INVALID, f"only a run of the whole test split can be blessed, not {chosen}")
    if broken := [each.name for each in finished.invariants if each.violations]:
        _stop(1, f"invariants are broken: {', '.join(broken)}; a baseline must not accept that")
    if finished.counts.errors or finished.counts.unscored:
        _stop(UNMEASURED, f"the run has {finished.counts.errors} errors and {finished.counts.unscored} unscored cases")
    if not allow_dirty and _is_dirty():
        _stop(INVALID, "agent/, prompts/, knowledge/ or evals/ have changes that are not committed; commit them first")


def _is_dirty() -> bool:
    watched = ("agent", "prompts", "knowledge", "evals")
    root = Path(__file__).resolve().parents[1]
    found = subprocess.run(
        ["git", "status", "--porcelain", "--", *watched], cwd=root, capture_output=True, text=True, check=True
    )
    return bool(found.stdout.strip())


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


def _stop(code: int, message: str) -> NoReturn:
    err.print(message)
    raise typer.Exit(code)


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turn what can go wrong outside of single cases into one line and the exit code that belongs to it."""
    try:
        yield
    except (
        loader.DatasetError,
        gate.FloorsError,
        targets.RecordingError,
        session.SelectionError,
        RecordError,
        BaselineError,
        PriceError,
        JudgingError,
    ) as error:
        _stop(INVALID, str(error))
    except gate.NotComparable as error:
        _stop(UNMEASURED, str(error))
    except ArchitectError as error:
        _stop(UNMEASURED, f"nothing was measured: {error}")
    except KeyboardInterrupt:
        _stop(INTERRUPTED, "interrupted; what was finished is kept, go on with --resume and the folder of the run")


class _Asking:
    """The progress of a run: one live line on a terminal, plain lines in CI, nothing when quiet or piped."""

    def __init__(self, *, quiet: bool, ci: bool) -> None:
        self._quiet, self._ci = quiet, ci

    @contextmanager
    def __call__(self, total: int) -> Iterator[runner.Step]:
        if self._ci and not self._quiet:
            yield _Lines(total)
            return
        columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        with Progress(
            *columns, console=console, transient=True, disable=self._quiet or not console.is_terminal
        ) as progress:
            task = progress.add_task("cases", total=total)
            yield lambda: progress.advance(task)


class _Lines:
    """Prints a line for each tenth of a run."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0

    def __call__(self) -> None:
        self._done += 1
        tenth = max(1, self._total // 10)
        if self._done % tenth == 0 or self._done == self._total:
            err.print(f"asked {self._done} of {self._total}")


if __name__ == "__main__":
    app()
