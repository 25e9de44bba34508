"""Are later turns answered as well as single questions: right kind of reply, right sections, what had to be said?"""

from __future__ import annotations

from collections.abc import Sequence

from backend_architect import Answer
from evals.metrics import citations, nuggets, retrieval
from evals.metrics.citations import Library
from evals.metrics.scope import kind_problem
from evals.metrics.score import Evidence, Score, mean_score
from evals.metrics.text import prose
from evals.metrics.weights import Weights
from evals.schema import Case, Exchange, Expect
from evals.targets import Observation

_CITED = ("citation_recall", "citation_precision", "citation_f1")


def scores(case: Case, observation: Observation, library: Library, weights: Weights) -> dict[str, Score]:
    """Return the scores of a conversation: means over the turns that expect something."""
    expected = [
        (at, turn, turn.expect, answer)
        for at, (turn, answer) in enumerate(zip(case.turns, observation.turns, strict=False), 1)
        if turn.expect is not None
    ]
    kinds = [(at, kind_problem(each.accepted_scopes, each.handoff_to, answer)) for at, _, each, answer in expected]
    found = {
        "turn_kind": mean_score(
            [float(not problem) for _, problem in kinds], "; ".join(f"turn {at}: {why}" for at, why in kinds if why)
        ),
        "turn_recall@5": mean_score([share for _, _, each, answer in expected for share in _recall(each, answer)]),
        "turn_drop": _drop(expected, observation, weights),
    }
    spoken = [(at, each, _vital(each, answer, weights)) for at, _, each, answer in expected if each.nuggets]
    evidence = [
        Evidence(f"turn {at} {one.of}", one.verdict, one.text, one.refs, one.words, one.rules, one.value)
        for at, _, score in spoken
        for one in score.evidence
    ]
    missing = "; ".join(f"turn {at}: {score.reason}" for at, _, score in spoken if score.reason)
    values = [score.value for _, _, score in spoken if score.value is not None]
    found["turn_vital"] = mean_score(values, missing, evidence)
    return found | _citations([(each, answer) for _, _, each, answer in expected], library, weights)


def _recall(expect: Expect, answer: Answer) -> list[float]:
    value = retrieval.recall(expect, [hit.ref for hit in answer.trace.hits], 5).value
    return [] if value is None else [value]


def _vital(expect: Expect, answer: Answer, weights: Weights) -> Score:
    return nuggets.vital(expect.nuggets, prose(answer.text), weights)


def _drop(
    expected: Sequence[tuple[int, Exchange, Expect, Answer]], observation: Observation, weights: Weights
) -> Score:
    """Return how much worse turns are than the same questions asked alone and complete."""
    alone = dict(observation.alone)
    losses = []
    for at, _, each, answer in expected:
        single, multi = _vital(each, alone[at], weights) if at in alone else None, _vital(each, answer, weights)
        if single is not None and single.value is not None and multi.value is not None:
            losses.append(single.value - multi.value)
    return mean_score(losses)


def _citations(answered: Sequence[tuple[Expect, Answer]], library: Library, weights: Weights) -> dict[str, Score]:
    found = [
        citations.scores(answer, [label.section for label in each.expected_sections], library, weights)
        for each, answer in answered
        if each.expected_sections
    ]
    return {name: mean_score([one[name].value or 0.0 for one in found]) for name in _CITED}
