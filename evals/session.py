"""One run from the selection to `run.json`: everything `python -m evals run` does besides reading options."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from backend_architect import Architect, Section, Settings
from evals import dataset, injection, loader, runner, targets
from evals.baseline import Baseline, BaselineError, baseline_path
from evals.budget import Budget, BudgetReached
from evals.cache import Cache, CachedTarget
from evals.gate import Floors, load_floors
from evals.judge import Judge, JudgeError
from evals.metrics.citations import Library
from evals.metrics.score import Score, unscored
from evals.metrics.weights import Weights
from evals.record import CASES_FILE, CaseRecord, Identity, Journal, RecordError, Run, RunMode
from evals.results import Outcome, assemble, identity_of, shown
from evals.runner import WHOLE, Observed, Selection
from evals.schema import LABELLED, Case
from evals.scoring import JUDGED, Scorer, case_hash
from evals.similarity import Embedded
from evals.targets import STATE_DIR, Asking, LibraryTarget, Observation, RecordedTarget

CONFIG_FILE = "config.json"
# Every n-th single question is asked twice; all of them would double the time of a run.
CHECK_EVERY = 10
# Cases on which the judge is probed with constant and with boasting answers.
PROBED = 10
# What a run that is scored anew takes over: who was asked, with what, and who judged.
_OF_THE_ANSWERS = (
    "selection",
    "agent_version",
    "embedder_hash",
    "model",
    "endpoint",
    "prompts",
    "judge_model",
    "judge_prompt_hash",
    "prices_as_of",
    "self_judged",
)
# Cases were added or changed since the answers were given: no baseline can be made of it.
_NO_LONGER_WHOLE = "what is left of a whole split"


class SelectionError(Exception):
    """Nothing can be run, or not as asked."""


class Progress(Protocol):
    def __call__(self, total: int) -> AbstractContextManager[runner.Step]: ...


@dataclass(frozen=True)
class Plan:
    """What to run and how."""

    selection: Selection
    cases: Path = loader.CASES_DIR
    syllabus: Path = dataset.SYLLABUS
    settings: Settings = field(default_factory=targets.offline_settings)
    mode: RunMode = "offline"
    floors: Floors = field(default_factory=Floors)
    floors_file: Path | None = None  # of a gated run, which is also held against the committed baseline
    baseline: Path | None = None
    answers: Path | None = None
    failed_from: Path | None = None
    with_attacks: bool = True
    repeats: int = 1
    jobs: int | None = None
    folder: Path | None = None
    resumes: bool = False
    reveal: bool = False
    embeds: bool = True
    budget: Budget | None = None
    case_seconds: float = targets.CASE_SECONDS
    identity: dict[str, str | bool | None] = field(default_factory=dict)  # model, judge, prices
    cache: Cache = field(default_factory=lambda: Cache("off"))
    judge: Judge | None = None
    rivals: Path | None = None  # recorded answers that the judge compares with


@dataclass(frozen=True)
class Loaded:
    """The dataset, the guides and the cases a plan chose."""

    data: dataset.Dataset
    sections: tuple[Section, ...]
    chosen: tuple[Case, ...]
    attacks: tuple[Case, ...]
    parked: int


def load(plan: Plan, architect: Architect) -> Loaded:
    """Return what the plan selects; raise SelectionError when that is nothing."""
    sections = architect.sections()
    data = dataset.check(loader.load_cases(plan.cases), sections, dataset.planned_sections(plan.syllabus))
    attacks = injection.expand(sections, has_tools=plan.mode == "judged") if plan.with_attacks else ()
    chosen = plan.selection.of((*data.ready, *attacks))
    if plan.failed_from:
        wanted = {record.id for record in Run.load(plan.failed_from).cases if record.status != "passed"}
        chosen = tuple(case for case in chosen if case.id in wanted)
    parked = len(plan.selection.of(data.parked))
    if not chosen:
        waiting = f"; the {parked} that match are parked until their guide is written" if parked else ""
        raise SelectionError(f"the selection matches no case that can run{waiting}")
    return Loaded(data, sections, chosen, attacks, parked)


def perform(plan: Plan, progress: Progress) -> Run:
    """Run the plan and write `run.jsonl` and `run.json` into its folder; return the whole run."""
    started = datetime.now(UTC)
    floors = load_floors(plan.selection.split, plan.floors_file) if plan.floors_file else Floors()
    baseline, no_baseline = _baseline(plan)
    weights = Weights.load()
    with Architect(settings=plan.settings) as architect:
        loaded = load(plan, architect)
        identity = identity_of(plan.settings, plan.mode, plan.selection, loaded.data, weights)
        identity = identity.model_copy(update=plan.identity)
        folder = plan.folder or STATE_DIR / started.strftime("%Y%m%d-%H%M%S")
        journal = _journal(folder, identity, resumes=plan.resumes)
        scored = _Scored(plan, loaded, weights)
        with progress(len(loaded.chosen)) as step:
            observed = _observe(plan, loaded, architect, journal, scored.with_step(step))
    records, disbelief = scored.records, ""
    if plan.judge is not None and not observed.stopped:
        records, disbelief = _judged(plan, plan.judge, loaded, records)
    run = assemble(
        Outcome(
            identity=identity,
            records=records,
            parked=loaded.parked,
            started=started,
            stopped=observed.stopped or disbelief,
            revealed=plan.reveal,
            floors=floors.joined(plan.floors),
            baseline=baseline,
            baseline_name=baseline_path(plan.mode).name if plan.baseline is None else plan.baseline.name,
            no_baseline=no_baseline,
            guide_of={case.id: case.guide for case in loaded.chosen if case.guide},
            cost_usd=plan.budget.cost if plan.budget else None,
        )
    )
    shown(run).save(folder)
    return run


def rescore(folder: Path, plan: Plan) -> Run:
    """Return the run of a folder scored anew from what the agent said then; neither agent nor judge is asked.

    A case that changed since is left out and listed: the answer was to another question. What the judge said is kept, and
    the run says since when.
    """
    before = Run.load(folder)
    finished = {done.observation.case_id: done for done in Journal(folder).read()}
    weights = Weights.load()
    selection, mode = Selection(split=before.identity.split), before.identity.mode
    with Architect(settings=plan.settings) as architect:
        today = load(Plan(selection, plan.cases, plan.syllabus, mode=mode), architect)
    same = tuple(
        case for case in today.chosen if case.id in finished and finished[case.id].case_hash == case_hash(case)
    )
    if not same:
        raise SelectionError(f"every case of {folder} changed since its run; nothing can be scored anew")
    loaded = replace(today, chosen=same)
    scored = _Scored(plan, loaded, weights)
    for case in same:
        scored.add(finished[case.id].observation)
    records = _with_verdicts(scored.records, before)
    changed = sorted(finished.keys() - {case.id for case in same})
    is_whole = not changed and all(case.id in finished for case in today.chosen)
    identity = identity_of(plan.settings, mode, selection, today.data, weights).model_copy(
        update=_of_the_answers(before, records, is_whole=is_whole)
    )
    return assemble(
        Outcome(
            identity=identity,
            records=records,
            parked=loaded.parked,
            started=datetime.now(UTC),
            revealed=plan.reveal,
            guide_of={case.id: case.guide for case in same if case.guide},
            cost_usd=before.cost_usd,
            notes=tuple(_rescored_notes(changed, identity.judged_on)),
        )
    )


def _with_verdicts(records: Sequence[CaseRecord], before: Run) -> list[CaseRecord]:
    """Return the records with what the judge of an earlier run said of the same answers."""
    kept = {
        record.id: {name: score for name, score in record.scores.items() if name in JUDGED} for record in before.cases
    }
    return [record.model_copy(update={"scores": record.scores | kept.get(record.id, {})}) for record in records]


def _of_the_answers(before: Run, records: Sequence[CaseRecord], *, is_whole: bool) -> dict[str, object]:
    """Return what an identity takes over from the run that asked: whom it asked and with what, and who judged when."""
    then: dict[str, object] = {name: getattr(before.identity, name) for name in _OF_THE_ANSWERS}
    if before.identity.selection == WHOLE and not is_whole:
        then["selection"] = _NO_LONGER_WHOLE
    if any(JUDGED & record.scores.keys() for record in records):
        then["judged_on"] = before.identity.judged_on or before.started
    return then


def _rescored_notes(changed: Sequence[str], judged_on: str | None) -> Iterator[str]:
    if changed:
        yield f"{len(changed)} cases changed since they were answered and are left out: {', '.join(changed)}."
    if judged_on:
        yield f"Judged scores are those of the run of {judged_on}: the judge was not asked again."


def _baseline(plan: Plan) -> tuple[Baseline | None, str]:
    """Return the baseline to compare with, or why there is none. A dev run is held against floors only."""
    if plan.baseline is not None:
        return Baseline.load(plan.baseline), ""
    if plan.floors_file is None or plan.selection.split != "test":
        return None, ""
    try:
        return Baseline.load(baseline_path(plan.mode)), ""
    except BaselineError as error:
        return None, str(error)


def _journal(folder: Path, identity: Identity, *, resumes: bool) -> Journal:
    """Return the journal of the run; raise RecordError when a run of another configuration would be resumed."""
    config = folder / CONFIG_FILE
    line = identity.model_dump_json(indent=1)
    if resumes:
        if not config.exists():
            raise RecordError(f"{folder} holds no interrupted run; {CONFIG_FILE} is missing")
        before = Identity.model_validate_json(config.read_text(encoding="utf-8"))
        differing = [name for name in Identity.model_fields if getattr(before, name) != getattr(identity, name)]
        if differing:
            raise RecordError(f"{folder} was run with another configuration ({', '.join(differing)}); start a new run")
    elif (folder / CASES_FILE).exists():
        raise RecordError(f"{folder} holds a run already; add --resume to go on with it, or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text(line + "\n", encoding="utf-8")
    return Journal(folder)


def _observe(plan: Plan, loaded: Loaded, architect: Architect, journal: Journal, seen: runner.Seen) -> Observed:
    done = runner.finished_before(journal, loaded.chosen) if plan.resumes else {}
    for observation in done.values():
        seen(observation)
    left = [case for case in loaded.chosen if case.id not in done]
    if plan.answers is not None:
        found = runner.observe(left, RecordedTarget(targets.load(plan.answers)), seen, journal=journal)
    else:
        found = _ask(plan, loaded, architect, journal, seen, left)
    return Observed({**done, **found.observations}, found.stopped)


def _ask(
    plan: Plan, loaded: Loaded, architect: Architect, journal: Journal, seen: runner.Seen, cases: Sequence[Case]
) -> Observed:
    asking = Asking(
        settings=plan.settings,
        attacks=tuple(case for case in cases if case.attack),
        check_every=CHECK_EVERY if plan.mode == "offline" else 0,
        repeats=plan.repeats,
        case_seconds=plan.case_seconds,
    )
    jobs = min(plan.jobs or runner.jobs_for(asking), max(1, len(cases) // runner.CASES_PER_WORKER))
    if plan.mode == "offline" and jobs > 1:
        with tempfile.TemporaryDirectory(prefix="evals-") as folder:
            shared = replace(asking, poison=Path(folder) if asking.attacks else None)
            return runner.observe_apart(cases, shared, jobs, seen, journal=journal)
    with LibraryTarget(asking, architect) as library:
        target: targets.Target = library
        if plan.mode == "judged":
            target = CachedTarget(library, asking, plan.cache, corpus_hash=loaded.data.corpus_hash)
        return runner.observe(cases, target, seen, journal=journal, budget=plan.budget, jobs=jobs)


def _judged(plan: Plan, judge: Judge, loaded: Loaded, records: Sequence[CaseRecord]) -> tuple[list[CaseRecord], str]:
    """Return the records with the judge's scores, and why the judged numbers do not count when they do not."""
    cases = {case.id: case for case in loaded.chosen}
    library = Library(loaded.sections)
    rivals = {each.case_id: each.answer for each in targets.load(plan.rivals)} if plan.rivals else {}
    answered = [
        (cases[record.id], answer)
        for record in records
        if record.kind in LABELLED and record.observation and (answer := record.observation.answer) is not None
    ]
    found: dict[str, dict[str, Score]] = {}
    try:
        probed = [(case, answer) for case, answer in answered if case.nuggets][:PROBED]
        problems = judge.probe(probed)
        for case, answer in answered:
            found[case.id] = {"judged_nuggets": judge.rubric(case, answer)} | judge.faithfulness(answer, library)
            rival = rivals.get(case.id)
            if rival is not None:
                found[case.id] |= _preferred(judge.prefers(case.question, answer.text, rival.text))
    except (JudgeError, BudgetReached) as error:
        return list(records), str(error)
    scored = [
        record.model_copy(update={"scores": record.scores | _there(found[record.id])}) if record.id in found else record
        for record in records
    ]
    return scored, "; ".join(problems)


def _there(scores: dict[str, Score]) -> dict[str, Score]:
    return {name: score for name, score in scores.items() if score.status != "not_applicable"}


def _preferred(verdict: str | None) -> dict[str, Score]:
    """Return a win as 1, a tie as a half; an order that decides the verdict is a flip, and a tie."""
    if verdict is None:
        return {"wins": unscored("no verdict")}
    value = {"win": 1.0, "loss": 0.0}.get(verdict, 0.5)
    return {"wins": Score("scored", value, verdict), "position_flip_rate": Score("scored", float(verdict == "flip"))}


class _Scored:
    """Scores observations as they come; an offline run would otherwise wait for it at its end."""

    def __init__(self, plan: Plan, loaded: Loaded, weights: Weights) -> None:
        self._cases = {case.id: case for case in loaded.chosen}
        self._folders = loaded.data.folders
        self._records: dict[str, CaseRecord] = {}
        self._scorer = Scorer(
            sections=loaded.sections,
            weights=weights,
            prompts=targets.prompts(),
            similarity=Embedded() if plan.embeds else None,
            twins=frozenset(case.twin for case in loaded.data.ready if case.twin),
            data_twins=frozenset(case.data_twin for case in (*loaded.data.ready, *loaded.attacks) if case.data_twin),
        )

    def add(self, observation: Observation) -> None:
        case = self._cases[observation.case_id]
        self._records[case.id] = self._scorer.record(case, observation, folder=self._folders.get(case.id, ""))

    def with_step(self, step: runner.Step) -> runner.Seen:
        """Return what a runner calls for each observation: score it, and move the progress on."""

        def seen(observation: Observation) -> None:
            self.add(observation)
            step()

        return seen

    @property
    def records(self) -> list[CaseRecord]:
        return list(self._records.values())
