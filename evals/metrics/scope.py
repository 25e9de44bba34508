"""Does the agent answer what is its own, hand over what is a neighbour's, and decline the rest?

Everything is read from the structured answer. A case whose agent raised counts as a wrong prediction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from backend_architect import Answer
from evals.metrics.score import Metric, Score, mean, scored
from evals.schema import SCOPES, Case

Answers = Mapping[str, Answer | None]
_Claim = Callable[[Case, Answer], bool]
ERROR = "error"


def confusion(cases: Iterable[Case], answers: Answers) -> dict[str, Counter[str]]:
    """Return predicted labels counted by expected label; a label the case also accepts counts as the expected one."""
    table: dict[str, Counter[str]] = {scope: Counter() for scope in SCOPES}
    for case in cases:
        answer = answers[case.id]
        predicted = answer.scope if answer else ERROR
        table[case.scope][case.scope if predicted in case.accepted_scopes else predicted] += 1
    return table


def accuracy(table: Mapping[str, Counter[str]]) -> float | None:
    total = sum(row.total() for row in table.values())
    return sum(row[label] for label, row in table.items()) / total if total else None


def macro_f1(table: Mapping[str, Counter[str]]) -> float | None:
    """Return the mean F1 over the labels that occur as expected or predicted."""
    values = []
    for label in table:
        right = table[label][label]
        expected = table[label].total()
        predicted = sum(row[label] for row in table.values())
        if expected + predicted:
            values.append(2 * right / (expected + predicted))
    return sum(values) / len(values) if values else None


def metrics(cases: Iterable[Case], answers: Answers) -> list[Metric]:
    """Return scope, hand-off and abstention metrics over the cases each applies to."""
    run = list(cases)
    scoped = [case for case in run if case.kind in ("scope", "handoff")]
    table = confusion(scoped, answers)
    raised = sum(answers[case.id] is None for case in scoped)
    reason = "" if scoped else "no case of this kind was run"
    borderline = [case for case in scoped if case.tags.style == "borderline"]
    borders = confusion(borderline, answers)
    return [
        Metric("scope_accuracy", accuracy(table), len(scoped), raised, reason=reason),
        Metric("scope_macro_f1", macro_f1(table), len(scoped), raised, reason=reason),
        Metric("scope_accuracy_borderline", accuracy(borders), len(borderline), reason=reason),
        _share("handoff_target_accuracy", [c for c in run if c.scope == "handoff"], answers, _right_target),
        _share("over_refusal", [c for c in run if c.scope == "in_scope"], answers, _refused, lower=True),
        _share("over_answer", [c for c in run if c.scope == "out_of_scope"], answers, _answered, lower=True),
        _share("abstain_recall", [c for c in run if c.kind == "abstain"], answers, _abstained),
        _share("false_abstain", [c for c in run if c.kind in ("retrieval", "answer")], answers, _abstained, lower=True),
    ]


def verdict(case: Case, answer: Answer) -> Score:
    """Return whether the reply to one case is of the right kind, with the reason when it is not."""
    if answer.scope not in case.accepted_scopes:
        return scored(0.0, f"expected {case.scope}, got {answer.scope}")
    if case.scope == "handoff" and not _right_target(case, answer):
        target = answer.handoff.specialist if answer.handoff else "nobody"
        return scored(0.0, f"expected hand-off to {case.handoff_to}, got {target}")
    if case.kind == "abstain" and not _abstained(case, answer):
        return scored(0.0, f"expected not_covered, got {answer.outcome}")
    if case.kind in ("retrieval", "answer") and _abstained(case, answer):
        return scored(0.0, "the guides cover this, but the agent says they do not")
    return scored(1.0)


def _share(name: str, cases: list[Case], answers: Answers, holds: _Claim, *, lower: bool = False) -> Metric:
    given = [(case, answers[case.id]) for case in cases]
    marks = [scored(float(holds(case, answer))) for case, answer in given if answer is not None]
    errors = sum(answer is None for _, answer in given)
    return mean(name, marks, errors=errors, better="lower" if lower else "higher")


def _right_target(case: Case, answer: Answer) -> bool:
    handoff = answer.handoff
    return handoff is not None and handoff.specialist == case.handoff_to and bool(handoff.reason.strip())


def _refused(_case: Case, answer: Answer) -> bool:
    return answer.scope != "in_scope" or answer.outcome in ("handed_over", "declined")


def _answered(_case: Case, answer: Answer) -> bool:
    return answer.outcome == "answered"


def _abstained(_case: Case, answer: Answer) -> bool:
    return answer.outcome == "not_covered"
