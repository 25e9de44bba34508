"""Selects cases, asks the target about each, and scores what came back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.metrics import latency, retrieval, scope
from evals.metrics.score import Metric, Score
from evals.schema import Case, Split
from evals.targets import Observation, Target

Step = Callable[[], None]

# Above these shares of the cases run, the numbers describe something else than the agent.
MAX_ERROR_SHARE = 0.01
MAX_UNSCORED_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases to run: of one split, of any given kind and id, with every given tag, matching the pattern."""

    split: Split = "dev"
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    pattern: str | None = None
    limit: int | None = None

    @property
    def is_whole_split(self) -> bool:
        return self == Selection(split=self.split)

    def of(self, cases: Iterable[Case]) -> tuple[Case, ...]:
        chosen = [case for case in cases if self._takes(case)]
        return tuple(chosen[: self.limit])

    def _takes(self, case: Case) -> bool:
        tags = {f"{name}={value}" for name, value in case.tags.pairs()}
        return (
            case.split == self.split
            and (not self.kinds or case.kind in self.kinds)
            and tags.issuperset(self.tags)
            and (not self.ids or case.id in self.ids)
            and (
                self.pattern is None or re.search(self.pattern, f"{case.id} {case.question}", re.IGNORECASE) is not None
            )
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """One case with what the agent did and what each metric says about it."""

    case: Case
    observation: Observation
    scores: Mapping[str, Score]

    @property
    def explanation(self) -> str:
        if self.observation.error:
            return self.observation.error
        return "; ".join(score.reason for score in self.scores.values() if score.reason)

    @property
    def badness(self) -> float:
        """Return how far the case is from perfect, worst metric family first."""
        if self.observation.error:
            return 2.0
        ndcg = self.scores.get("ndcg@10")
        loss = 1 - ndcg.value if ndcg and ndcg.value is not None else 0.0
        verdict = self.scores["scope"].value
        return loss + (0.0 if verdict is None else 1 - verdict)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a report is drawn from."""

    scored: tuple[Scored, ...]
    metrics: tuple[Metric, ...]
    by_style: Mapping[str, Sequence[Metric]]
    by_guide: Mapping[str, Sequence[Metric]]
    by_folder: Mapping[str, Sequence[Metric]]
    confusion: Mapping[str, Counter[str]]

    @property
    def errors(self) -> tuple[Scored, ...]:
        return tuple(item for item in self.scored if item.observation.error)

    @property
    def unscored(self) -> int:
        return sum(any(score.status == "unscored" for score in item.scores.values()) for item in self.scored)

    @property
    def incomplete(self) -> str:
        """Return why the run does not count, or nothing when it does."""
        n = len(self.scored)
        if len(self.errors) > MAX_ERROR_SHARE * n:
            return f"{len(self.errors)} of {n} cases raised an error (more than {MAX_ERROR_SHARE:.0%})"
        if self.unscored > MAX_UNSCORED_SHARE * n:
            return f"{self.unscored} of {n} cases could not be scored (more than {MAX_UNSCORED_SHARE:.0%})"
        return ""


def observe(cases: Sequence[Case], target: Target, step: Step = lambda: None) -> tuple[Observation, ...]:
    """Return one observation per case, in order. An exception of the agent becomes that case's error."""
    observations = []
    for case in cases:
        try:
            observations.append(target.observe(case))
        except Exception as error:  # noqa: BLE001 - any bug of the agent is this case's result; the run goes on
            message = f"{type(error).__name__}: {error}"
            observations.append(Observation(case_id=case.id, question=case.question, error=message))
        step()
    return tuple(observations)


def score(
    cases: Sequence[Case], observations: Sequence[Observation], folders: Mapping[str, str] | None = None
) -> Results:
    """Return per-case scores and metrics. Error text never reaches a metric as if it were an answer.

    `folders` says for each case id where it is written, which tells the authors' cases from the others.
    """
    written_in = folders or {}
    by_id = {observation.case_id: observation for observation in observations}
    failed = frozenset(observation.case_id for observation in observations if observation.error)
    found = {observation.case_id: observation.refs for observation in observations}
    answers = {observation.case_id: observation.answer for observation in observations}
    scoped = [case for case in cases if case.kind in ("scope", "handoff")]
    search_ms = [each.search_ms for each in observations if each.search_ms is not None]
    answer_ms = [each.answer_ms for each in observations if each.answer_ms is not None]
    return Results(
        scored=tuple(Scored(case, by_id[case.id], _case_scores(case, by_id[case.id])) for case in cases),
        metrics=(
            *retrieval.metrics(found, cases, failed),
            *scope.metrics(cases, answers),
            *latency.metrics("search_ms", search_ms),
            *latency.metrics("answer_ms", answer_ms),
        ),
        by_style=retrieval.slices(found, cases, failed, lambda case: case.tags.style),
        by_guide=retrieval.slices(found, cases, failed, lambda case: case.guide),
        by_folder=retrieval.slices(found, cases, failed, lambda case: written_in.get(case.id)),
        confusion=scope.confusion(scoped, answers),
    )


def _case_scores(case: Case, observation: Observation) -> dict[str, Score]:
    if observation.answer is None:
        reason = "the agent raised" if observation.error else "no answer"
        return {"scope": Score("unscored" if not observation.error else "not_applicable", reason=reason)}
    labelled = case.kind in ("retrieval", "answer")
    found = retrieval.scores(case, observation.refs) if labelled else {}
    return found | {"scope": scope.verdict(case, observation.answer)}
