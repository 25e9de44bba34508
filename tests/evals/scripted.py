"""Runs made by hand: a scripted agent, cases, and the path from observations to a finished run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from backend_architect import Answer, Citation, Section
from evals.baseline import Baseline
from evals.gate import Floors
from evals.metrics.weights import Weights
from evals.record import CaseRecord, Identity, Run
from evals.results import Outcome, assemble
from evals.runner import Observed
from evals.schema import Case
from evals.scoring import Scorer
from evals.targets import Observation

REF = "auth/jwt#validate"
SAID = "Check the signature, the issuer and the audience of every token before you trust its claims."
SECTION = Section(
    ref=REF,
    guide_title="JSON Web Tokens",
    question="How do I validate a token?",
    also_asked=(),
    short_answer=SAID,
)
GOOD = Answer(
    question="what?",
    text=f"{SAID} [1]",
    scope="in_scope",
    outcome="answered",
    mode="guides",
    citations=(Citation(number=1, ref=REF, guide_title="JSON Web Tokens", question=SECTION.question, quote=SAID),),
)
WEIGHTS = Weights({}, 1.0)
IDENTITY = Identity(
    mode="offline",
    split="dev",
    selection="whole split",
    seed=1,
    agent_version="0",
    dataset_version=1,
    dataset_hash="d",
    corpus_hash="c",
    embedder_hash="e",
    metric_hash="m",
    weights_hash="w",
)


def case(case_id: str, **fields: object) -> Case:
    """Return a labelled case; its cluster is itself unless given."""
    labels = [{"section": REF, "grade": 3}]
    base = {"id": case_id, "split": "dev", "kind": "retrieval", "question": f"{case_id}?", "expected_sections": labels}
    return Case.model_validate(base | fields)


class Agent:
    """Answers every case rightly, except those it raises for and those for which it finds nothing."""

    def __init__(self, *failing: str, lost: Sequence[str] = ()) -> None:
        self._failing = failing
        self._lost = lost
        self.asked: list[str] = []

    def observe(self, asked: Case) -> Observation:
        self.asked.append(asked.id)
        if asked.id in self._failing:
            raise ZeroDivisionError("half of nothing")
        refs = ("other/guide#section",) if asked.id in self._lost else (REF,)
        return Observation(case_id=asked.id, question=asked.question, refs=refs, answer=GOOD)


def records(cases: Sequence[Case], observed: Observed) -> list[CaseRecord]:
    """Return the cases as a run keeps them."""
    scorer = Scorer(sections=[SECTION], weights=WEIGHTS)
    return [scorer.record(each, observed.observations[each.id]) for each in cases if each.id in observed.observations]


def finished(
    cases: Sequence[Case],
    observed: Observed,
    *,
    floors: Floors | None = None,
    baseline: Baseline | None = None,
    change: Callable[[Identity], Identity] = lambda identity: identity,
    no_baseline: str = "",
) -> Run:
    """Return the run that the observations come to."""
    outcome = Outcome(
        identity=change(IDENTITY),
        records=records(cases, observed),
        parked=0,
        started=datetime.now(UTC),
        stopped=observed.stopped,
        floors=floors or Floors(),
        baseline=baseline,
        baseline_name="before.json",
        no_baseline=no_baseline,
    )
    return assemble(outcome)
