"""Turns what was seen into a `Run`: scores, totals, invariants, bounds, comparison, verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from backend_architect import Settings, __version__
from evals.baseline import Baseline, BaselineError
from evals.dataset import Dataset
from evals.gate import Floors, NotComparable, check, compare
from evals.metrics import scope
from evals.metrics.stats import ASSUMED_DEVIATION, SEED, detectable
from evals.metrics.weights import Weights
from evals.record import Bound, CaseRecord, Counts, GateRecord, Identity, Invariant, Run, RunMode, RunVerdict
from evals.runner import Selection
from evals.schema import DATASET_VERSION
from evals.scoring import invariants, metric_hash, operations_of, slices, totals
from evals.similarity import EMBEDDER_DIR
from evals.targets import prompts

# Above these shares of the cases run, the numbers describe something else than the agent.
MAX_ERROR_SHARE = 0.01
MAX_UNSCORED_SHARE = 0.02

KNOWN_HOLES = (
    "Known hole: some negated statements still count as supported (evals/README.md, Limits); the judged mode sees them.",
)


@dataclass(frozen=True)
class Outcome:
    """What happened while asking, and what the run is held against."""

    identity: Identity
    records: Sequence[CaseRecord]
    parked: int
    started: datetime
    stopped: str = ""
    revealed: bool = False
    floors: Floors = field(default_factory=Floors)
    baseline: Baseline | None = None
    baseline_name: str = ""
    no_baseline: str = ""  # why there is none although a gate was asked for
    guide_of: dict[str, str] = field(default_factory=dict)
    cost_usd: float | None = None
    notes: tuple[str, ...] = ()


def identity_of(settings: Settings, mode: RunMode, selection: Selection, data: Dataset, weights: Weights) -> Identity:
    """Return what is measured with what; model, judge and prices are added by whoever knows them."""
    host = urlsplit(settings.base_url).hostname if settings.has_model and settings.base_url else None
    return Identity(
        mode=mode,
        split=selection.split,
        selection=str(selection),
        seed=SEED,
        agent_version=__version__,
        dataset_version=DATASET_VERSION,
        dataset_hash=data.cases_hash,
        corpus_hash=data.corpus_hash,
        embedder_hash=_hash_of(EMBEDDER_DIR / "manifest.json"),
        metric_hash=metric_hash(),
        weights_hash=weights.hash,
        endpoint=host,
        prompts=(hashlib.sha256("\0".join(prompts()).encode()).hexdigest()[:16],) if settings.has_model else (),
    )


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else "missing"


def assemble(outcome: Outcome) -> Run:
    """Return the finished run with its verdict."""
    records = sorted(outcome.records, key=lambda record: record.id)
    observations = [record.observation for record in records if record.observation is not None]
    metrics = (*totals(records), *operations_of(observations))
    bounds = check(metrics, outcome.floors)
    broken = invariants(records)
    gate, incomparable = _compared(outcome, records)
    counts = _counts(records, outcome.parked)
    verdict = _verdict(counts, bounds, broken, gate, [outcome.stopped, outcome.no_baseline, incomparable])
    scoped = [record.predicted for record in records if record.kind in ("scope", "handoff")]
    finished = datetime.now(UTC)
    return Run(
        identity=outcome.identity,
        started=outcome.started.isoformat(timespec="seconds"),
        finished=finished.isoformat(timespec="seconds"),
        seconds=round((finished - outcome.started).total_seconds(), 1),
        revealed=outcome.revealed or outcome.identity.split == "dev",
        verdict=verdict,
        counts=counts,
        invariants=broken,
        metrics=metrics,
        bounds=bounds,
        gate=gate,
        detectable_change=_detectable(gate, counts),
        slices=slices(records, guide_of=outcome.guide_of),
        confusion={label: dict(row) for label, row in scope.confusion(scoped).items() if row},
        notes=(*KNOWN_HOLES, *outcome.notes),
        cost_usd=outcome.cost_usd,
        cases=tuple(records),
    )


def shown(run: Run) -> Run:
    """Return the run as it may be published: single cases of a held-out split keep their numbers only."""
    if run.revealed:
        return run
    hidden = tuple(Invariant(**(each.model_dump() | {"cases": ()})) for each in run.invariants)
    gate = run.gate.model_copy(update={"flipped": ()}) if run.gate else None
    cases = tuple(record.hidden() for record in run.cases)
    return run.model_copy(update={"cases": cases, "invariants": hidden, "gate": gate})


def _compared(outcome: Outcome, records: Sequence[CaseRecord]) -> tuple[GateRecord | None, str]:
    if outcome.baseline is None:
        return None, ""
    try:
        return compare(outcome.baseline, outcome.identity, records, name=outcome.baseline_name), ""
    except (NotComparable, BaselineError) as error:
        return None, str(error)


def _counts(records: Sequence[CaseRecord], parked: int) -> Counts:
    of = {
        status: sum(record.status == status for record in records)
        for status in ("passed", "failed", "error", "unscored")
    }
    return Counts(
        run=len(records),
        clusters=len({record.cluster for record in records}),
        parked=parked,
        passed=of["passed"],
        failed=of["failed"],
        errors=of["error"],
        unscored=of["unscored"],
    )


def _detectable(gate: GateRecord | None, counts: Counts) -> float | None:
    """Return the smallest change of the pass rate that this run finds with 80 % power."""
    measured = next((each.detectable for each in gate.changes if each.metric == "pass_rate"), None) if gate else None
    return (
        measured
        if measured is not None
        else detectable(ASSUMED_DEVIATION, counts.clusters)
        if counts.clusters
        else None
    )


def _verdict(
    counts: Counts, bounds: Sequence[Bound], broken: Sequence[Invariant], gate: GateRecord | None, why: Sequence[str]
) -> RunVerdict:
    """Return 1 for a broken invariant, 3 when the numbers do not count, 1 when one is too low, else 0."""
    violated = tuple(f"{each.name}: {each.violations} of {each.attempts}" for each in broken if each.violations)
    unmeasured = tuple(_unmeasured(counts, bounds, why))
    missed = tuple(_shown(bound) for bound in bounds if bound.passed is False)
    worse = tuple(f"{each.metric} {each.reason}" for each in (gate.changes if gate else ()) if each.outcome == "fail")
    if violated:
        return RunVerdict(
            exit_code=1, line=f"failed: {'; '.join(violated)}", reasons=violated + unmeasured + missed + worse
        )
    if unmeasured:
        return RunVerdict(exit_code=3, line=f"incomplete: {'; '.join(unmeasured)}", reasons=unmeasured + missed + worse)
    if missed or worse:
        return RunVerdict(exit_code=1, line=f"failed: {'; '.join(missed + worse)}", reasons=missed + worse)
    return RunVerdict(exit_code=0, line=_passed(bounds, gate))


def _passed(bounds: Sequence[Bound], gate: GateRecord | None) -> str:
    held = ([f"{len(bounds)} bounds"] if bounds else []) + (
        [f"{len(gate.changes)} metrics against the baseline"] if gate else []
    )
    return f"passed {' and '.join(held)}" if held else "measured (no gate was asked for)"


def _unmeasured(counts: Counts, bounds: Sequence[Bound], why: Sequence[str]) -> list[str]:
    found = [each for each in why if each]
    if counts.errors > MAX_ERROR_SHARE * counts.run:
        found.append(f"{counts.errors} of {counts.run} cases raised an error (more than {MAX_ERROR_SHARE:.0%})")
    if counts.unscored > MAX_UNSCORED_SHARE * counts.run:
        found.append(
            f"{counts.unscored} of {counts.run} cases could not be scored (more than {MAX_UNSCORED_SHARE:.0%})"
        )
    return found + [_shown(bound) for bound in bounds if bound.passed is None]


def _shown(bound: Bound) -> str:
    found = "not measured" if bound.value is None else f"{bound.value:.3f}"
    return f"{bound.metric} {found} ({bound.kind} {bound.limit:g})"
