"""Metric values against ones worked out by hand."""

from __future__ import annotations

import math

import pytest

from backend_architect import Answer, Handoff, HandoffPacket
from evals.metrics import operations, retrieval, scope
from evals.metrics.scope import Predicted
from evals.metrics.score import mean, percentile, scored, unscored
from evals.metrics.stats import interval
from evals.schema import Case, Nugget

A, B, C = "auth/jwt#validate", "auth/jwt#claims", "auth/jwt#lifetime"


def case(case_id: str = "c", grades: dict[str, int] | None = None, **fields: object) -> Case:
    labels = [{"section": ref, "grade": grade} for ref, grade in ({A: 3} if grades is None else grades).items()]
    base = {"id": case_id, "split": "dev", "kind": "retrieval", "question": "what?", "expected_sections": labels}
    return Case.model_validate(base | fields)


def scope_case(expected: str, case_id: str = "c", **fields: object) -> Case:
    kind = "handoff" if expected == "handoff" else "scope"
    return case(case_id, {}, kind=kind, scope=expected, **fields)


def answer(scope_label: str, outcome: str, specialist: str | None = None, reason: str = "UI code") -> Answer:
    handoff = (
        Handoff(specialist=specialist, reason=reason, packet=HandoffPacket(question="what?")) if specialist else None
    )
    return Answer(question="what?", text="…", scope=scope_label, outcome=outcome, mode="guides", handoff=handoff)


# --- retrieval


@pytest.mark.parametrize(
    ("refs", "k", "expected"),
    [
        ([A, B, C], 1, 1.0),
        ([C, A, B], 1, 0.0),
        ([C, A, B], 3, 1.0),
        ([A, C, "x#y", "x#z", "x#w", B], 5, 0.5),
        ([], 5, 0.0),
        ([C, C, A], 3, 0.5),
    ],
)
def test_recall_counts_gold_sections_out_of_those_that_fit(refs: list[str], k: int, expected: float) -> None:
    assert retrieval.recall(case(grades={A: 3, B: 2, C: 1}), refs, k).value == expected


def test_several_hits_of_one_section_count_once_so_that_they_push_nothing_down() -> None:
    assert retrieval.recall(case(grades={A: 3, B: 2}), [A, A, A, B], 3).value == 1.0


@pytest.mark.parametrize(("refs", "expected"), [([A], 1.0), ([C, B], 0.5), ([C], 0.0), (["x#y"] * 1 + [C] * 9, 0.0)])
def test_the_reciprocal_rank_is_that_of_the_first_gold_section(refs: list[str], expected: float) -> None:
    assert retrieval.reciprocal_rank(case(grades={A: 3, B: 2, C: 1}), refs).value == expected


def test_an_eleventh_place_counts_nothing() -> None:
    others = [f"x#{number}" for number in range(10)]

    assert retrieval.reciprocal_rank(case(), [*others, A]).value == 0.0
    assert retrieval.ndcg(case(), [*others, A]).value == 0.0


def test_ndcg_weighs_grades_as_7_3_1_and_discounts_by_rank() -> None:
    graded = case(grades={A: 3, B: 2, C: 1})
    best = 7 + 3 / math.log2(3) + 1 / 2

    assert retrieval.ndcg(graded, [A, B, C]).value == pytest.approx(1.0)
    assert retrieval.ndcg(graded, [B, A]).value == pytest.approx((3 + 7 / math.log2(3)) / best)
    assert retrieval.ndcg(graded, ["x#y", "x#z", A]).value == pytest.approx(3.5 / best)


def test_a_case_without_labels_has_no_retrieval_score() -> None:
    assert retrieval.ndcg(scope_case("in_scope"), [A]).status == "not_applicable"


def test_the_identifier_metric_looks_at_bare_identifiers_and_rank_one_only() -> None:
    bare, plain = case("bare", tags={"style": "identifier"}), case("plain")

    assert retrieval.bare_scores(bare, [A])["identifier@1"].value == 1.0
    assert retrieval.bare_scores(bare, [B, A])["identifier@1"].value == 0.0
    assert retrieval.bare_scores(plain, [A])["identifier@1"].status == "not_applicable"


def test_coverage_is_the_share_of_vital_nuggets_within_reach() -> None:
    nuggets = [
        Nugget(id="near", importance="vital", text="one", sections=(A, B)),
        Nugget(id="far", importance="vital", text="two", sections=(C,)),
        Nugget(id="extra", importance="okay", text="three", sections=(C,)),
    ]

    found = retrieval.nugget_coverage(nuggets, [B, "x#1", "x#2", "x#3", "x#4", C])

    assert (found.value, found.reason) == (0.5, "out of reach far")


# --- scope


def predicted(expected: str, got: str, outcome: str = "answered") -> Predicted:
    return Predicted(expected, got, outcome)


def test_macro_f1_is_the_mean_over_labels_and_not_over_cases() -> None:
    seen = [predicted("in_scope", "in_scope")] * 3 + [predicted("out_of_scope", "in_scope")]

    found = interval([scope.macro_f1_parts(each) for each in seen], ["a", "b", "c", "d"])

    assert found.value == pytest.approx((2 * 3 / (3 + 4) + 0.0) / 2)


def test_a_label_the_case_also_accepts_counts_as_right() -> None:
    either = scope_case("greeting_meta", also_scope=["out_of_scope"])

    assert scope.scores(either, answer("out_of_scope", "declined"))["scope_accuracy"].value == 1.0
    assert scope.scores(either, answer("in_scope", "answered"))["scope_accuracy"].value == 0.0
    assert Predicted.of(either, answer("out_of_scope", "declined")).got == "greeting_meta"


def test_an_error_is_a_wrong_prediction() -> None:
    table = scope.confusion([Predicted.of(scope_case("in_scope"), None)])

    assert table["in_scope"] == {"error": 1}


def test_over_refusal_and_over_answer_are_the_two_ways_to_be_wrong() -> None:
    declined, answered = answer("out_of_scope", "declined"), answer("in_scope", "answered")

    assert scope.scores(case(), declined)["over_refusal"].value == 1.0
    assert scope.scores(case(), answered)["over_refusal"].value == 0.0
    assert scope.scores(scope_case("out_of_scope"), answered)["over_answer"].value == 1.0
    assert scope.scores(scope_case("out_of_scope"), declined)["over_answer"].value == 0.0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer("handoff", "handed_over", "Frontend & UI Specialist"), 1.0),
        (answer("handoff", "handed_over", "DevOps & Infrastructure"), 0.0),
        (answer("handoff", "handed_over", "Frontend & UI Specialist", reason=" "), 0.0),
        (answer("in_scope", "answered"), 0.0),
    ],
)
def test_a_hand_off_names_the_right_specialist_and_a_reason(given: Answer, expected: float) -> None:
    css = scope_case("handoff", handoff_to="Frontend & UI Specialist")

    assert scope.scores(css, given)["handoff_target_accuracy"].value == expected


def test_abstaining_is_right_where_the_guides_are_silent_and_wrong_where_they_speak() -> None:
    silent = case("silent", {}, kind="abstain", missing="payments", twin="covered")
    given = answer("in_scope", "not_covered")

    assert scope.scores(silent, given)["abstain_recall"].value == 1.0
    assert scope.scores(case(), given)["false_abstain"].value == 1.0
    assert scope.scores(case(), given)["reply_kind"].reason == "the guides cover this, but the agent says they do not"


# --- means and latency


def test_unscored_cases_stay_out_of_the_mean_and_are_counted() -> None:
    metric = mean("m", [scored(1.0), scored(0.0), unscored("no verdict")])

    assert (metric.value, metric.n, metric.unscored) == (0.5, 2, 1)


def test_an_error_is_the_worst_value_in_either_direction() -> None:
    assert mean("m", [scored(1.0)], errors=1).value == 0.5
    assert mean("m", [scored(0.0)], errors=1, better="lower").value == 0.5


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.95, 4.0), (0.25, 1.0), (0.26, 2.0)])
def test_a_percentile_is_a_value_that_occurred(share: float, expected: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == expected


def test_latency_of_recorded_answers_is_not_measured_rather_than_zero() -> None:
    assert [metric.value for metric in operations.times("search_ms", [])] == [None, None]
