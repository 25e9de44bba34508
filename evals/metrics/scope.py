"""Does the agent answer what is its own, hand over what is a neighbour's, and decline the rest?

Everything is read from the structured answer. A case whose agent raised counts as a wrong prediction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend_architect import Answer
from evals.metrics.score import NOT_APPLICABLE, Score, scored
from evals.metrics.stats import Parts
from evals.schema import LABELLED, SCOPES, Case, Scope, Specialist

ERROR = "error"


@dataclass(frozen=True, slots=True)
class Predicted:
    """Whose question a case is, whose the agent thought it was, and what it did. No words: it may be published."""

    expected: str
    got: str
    outcome: str
    is_twin: bool = False  # the answerable twin of a case that the guides do not cover

    @classmethod
    def of(cls, case: Case, answer: Answer | None, *, is_twin: bool = False) -> Predicted:
        """Return the prediction; a label the case also accepts counts as the expected one."""
        if answer is None:
            return cls(case.scope, ERROR, ERROR, is_twin)
        got = case.scope if answer.scope in case.accepted_scopes else answer.scope
        return cls(case.scope, got, answer.outcome, is_twin)


def scores(case: Case, answer: Answer) -> dict[str, Score]:
    """Return every score of this family; those that do not apply to the case say so."""
    is_scoped = case.kind in ("scope", "handoff")
    right = _flag(answer.scope in case.accepted_scopes, is_scoped)
    is_ours = case.scope == "in_scope" and case.kind not in ("conversation", "injection")
    return {
        "reply_kind": verdict(case, answer),
        "scope_accuracy": right,
        "scope_accuracy_borderline": right if case.tags.style == "borderline" else NOT_APPLICABLE,
        "handoff_target_accuracy": _flag(hands_over_to(case.handoff_to, answer), case.kind == "handoff"),
        "over_refusal": _flag(refuses(answer), is_ours),
        "over_answer": _flag(answer.outcome == "answered", case.scope == "out_of_scope"),
        "abstain_recall": _flag(abstains(answer), case.kind == "abstain"),
        "false_abstain": _flag(abstains(answer), case.kind in LABELLED),
    }


def verdict(case: Case, answer: Answer) -> Score:
    """Return whether the reply to one case is of the right kind, with the reason when it is not."""
    problem = kind_problem(case.accepted_scopes, case.handoff_to, answer)
    if not problem and case.kind == "abstain" and not abstains(answer):
        problem = f"expected not_covered, got {answer.outcome}"
    if not problem and case.kind in LABELLED and abstains(answer):
        problem = "the guides cover this, but the agent says they do not"
    return scored(float(not problem), problem)


def kind_problem(accepted: Sequence[Scope], handoff_to: Specialist | None, answer: Answer) -> str:
    """Return what is wrong with the kind of a reply, or "" when it is the right one."""
    if answer.scope not in accepted:
        return f"expected {accepted[0]}, got {answer.scope}"
    if answer.scope == "handoff" and handoff_to and not hands_over_to(handoff_to, answer):
        return f"expected hand-off to {handoff_to}, got {answer.handoff.specialist if answer.handoff else 'nobody'}"
    return ""


def hands_over_to(specialist: Specialist | None, answer: Answer) -> bool:
    """Whether the reply names the specialist and a reason."""
    handoff = answer.handoff
    return handoff is not None and handoff.specialist == specialist and bool(handoff.reason.strip())


def refuses(answer: Answer) -> bool:
    """Whether a question that is ours was handed over or declined."""
    return answer.scope != "in_scope" or answer.outcome in ("handed_over", "declined")


def abstains(answer: Answer) -> bool:
    return answer.outcome == "not_covered"


def confusion(predictions: Iterable[Predicted]) -> dict[str, Counter[str]]:
    """Return predicted labels counted by expected label."""
    table: dict[str, Counter[str]] = {scope: Counter() for scope in SCOPES}
    for each in predictions:
        table[each.expected][each.got] += 1
    return table


def macro_f1_parts(predicted: Predicted) -> Parts:
    """Return what one case adds to the F1 of each label: twice a hit, over expected plus predicted."""
    parts: list[float] = []
    for label in SCOPES:
        is_expected, is_predicted = predicted.expected == label, predicted.got == label
        parts += [2.0 * (is_expected and is_predicted), float(is_expected) + float(is_predicted)]
    return tuple(parts)


def abstain_precision_parts(predicted: Predicted, *, is_abstain: bool) -> Parts:
    """Return what one case adds to the precision of "the guides do not cover this"."""
    said = predicted.outcome == "not_covered"
    return float(said and is_abstain), float(said)


def abstain_f1_parts(predicted: Predicted, *, is_abstain: bool) -> Parts:
    said = predicted.outcome == "not_covered"
    return 2.0 * (said and is_abstain), float(said) + float(is_abstain)


def _flag(holds: object, applies: bool) -> Score:
    return scored(float(bool(holds))) if applies else NOT_APPLICABLE
