"""A run counts errors instead of hiding them, and a bound that is missed or unmeasured never passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_architect import Answer
from evals import gate, targets
from evals.metrics.score import Metric
from evals.report import judge
from evals.runner import Selection, observe, score
from evals.schema import Case
from evals.targets import Observation, RecordedTarget, RecordingError

ANSWER = Answer(question="what?", text="…", scope="in_scope", outcome="answered", mode="guides")


def case(case_id: str, **fields: object) -> Case:
    labels = [{"section": "auth/jwt#validate", "grade": 3}]
    base = {"id": case_id, "split": "dev", "kind": "retrieval", "question": f"{case_id}?", "expected_sections": labels}
    return Case.model_validate(base | fields)


class Agent:
    """Answers every case rightly, except those it raises for."""

    def __init__(self, *failing: str) -> None:
        self._failing = failing

    def observe(self, asked: Case) -> Observation:
        if asked.id in self._failing:
            raise ZeroDivisionError("half of nothing")
        return Observation(case_id=asked.id, question=asked.question, refs=("auth/jwt#validate",), answer=ANSWER)


# --- selection


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["typo-one", "plain-one", "plain-two"]),
        (Selection(tags=("style=typo",)), ["typo-one"]),
        (Selection(tags=("style=plain", "capability=auth")), ["plain-two"]),
        (Selection(ids=("plain-one",)), ["plain-one"]),
        (Selection(pattern="TWO"), ["plain-two"]),
        (Selection(kinds=("scope",)), []),
        (Selection(limit=2), ["typo-one", "plain-one"]),
        (Selection(split="test"), ["held-one"]),
    ],
)
def test_a_selection_takes_what_fits_all_of_it(selection: Selection, expected: list[str]) -> None:
    cases = [
        case("typo-one", tags={"style": "typo"}),
        case("plain-one"),
        case("plain-two", tags={"capability": ["auth"]}),
        case("held-one", split="test"),
    ]

    assert [each.id for each in selection.of(cases)] == expected


# --- errors


def test_an_exception_is_the_error_of_its_case_and_the_run_goes_on() -> None:
    cases = [case("bad"), case("good")]

    results = score(cases, observe(cases, Agent("bad")))

    assert [(item.case.id, item.explanation) for item in results.errors] == [
        ("bad", "ZeroDivisionError: half of nothing")
    ]
    assert next(metric.value for metric in results.metrics if metric.name == "recall@1") == 0.5


def test_more_than_one_error_in_a_hundred_makes_the_run_incomplete() -> None:
    cases = [case(f"c{number}") for number in range(100)]

    one = judge(score(cases, observe(cases, Agent("c0"))), [])
    two = judge(score(cases, observe(cases, Agent("c0", "c1"))), [])

    assert one.exit_code == 0
    assert (two.exit_code, two.line) == (3, "incomplete: 2 of 100 cases raised an error (more than 1%)")


def test_errors_win_over_a_missed_bound_because_the_numbers_mean_nothing() -> None:
    cases = [case("bad")]
    results = score(cases, observe(cases, Agent("bad")))

    verdict = judge(results, gate.check(results.metrics, gate.Floors(min={"recall@5": 0.9})))

    assert verdict.exit_code == 3


def test_cases_of_authors_and_of_others_are_reported_apart() -> None:
    cases = [case("one"), case("two")]

    results = score(cases, observe(cases, Agent("two")), {"one": "guides", "two": "retrieval"})

    assert {name: group[0].value for name, group in results.by_folder.items()} == {"guides": 1.0, "retrieval": 0.0}


# --- recorded answers


def test_recorded_answers_score_like_the_run_they_come_from(tmp_path: Path) -> None:
    cases = [case("one"), case("two")]
    observations = observe(cases, Agent())
    targets.save(observations, tmp_path / "answers.jsonl")

    replayed = observe(cases, RecordedTarget(targets.load(tmp_path / "answers.jsonl")))

    assert score(cases, replayed).metrics == score(cases, observations).metrics


def test_a_recording_of_another_question_is_an_error_of_that_case() -> None:
    recorded = RecordedTarget([Observation(case_id="one", question="something else?", answer=ANSWER)])

    (observation, missing) = observe([case("one"), case("two")], recorded)

    assert observation.error == "RecordingError: case one asked something else when it was recorded"
    assert missing.error == "RecordingError: no answer is recorded for case two"


def test_a_damaged_recording_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    targets.save(observe([case("one")], Agent()), file)
    file.write_text(file.read_text(encoding="utf-8") + '{"case_id": 7}\n', encoding="utf-8")

    with pytest.raises(RecordingError, match=r"answers.jsonl:2: not a recorded answer"):
        targets.load(file)


# --- bounds

METRICS = (
    Metric("recall@5", 0.90, 10),
    Metric("over_refusal", 0.05, 10, better="lower"),
    Metric("scope_macro_f1", None, 0, reason="no case of this kind was run"),
)


@pytest.mark.parametrize(
    ("floors", "passed"),
    [
        (gate.Floors(min={"recall@5": 0.90}), True),
        (gate.Floors(min={"recall@5": 0.91}), False),
        (gate.Floors(max={"over_refusal": 0.05}), True),
        (gate.Floors(max={"over_refusal": 0.04}), False),
        (gate.Floors(min={"scope_macro_f1": 0.5}), None),
    ],
)
def test_a_bound_is_reached_missed_or_unmeasured(floors: gate.Floors, passed: bool | None) -> None:
    (check,) = gate.check(METRICS, floors)

    assert check.passed is passed


def test_the_verdict_is_red_below_a_floor_and_unmeasured_is_neither_red_nor_green() -> None:
    cases = [case("one")]
    results = score(cases, observe(cases, Agent()))

    below = judge(results, gate.check(METRICS, gate.Floors(min={"recall@5": 0.95})))
    unmeasured = judge(results, gate.check(METRICS, gate.Floors(min={"scope_macro_f1": 0.5})))
    reached = judge(results, gate.check(METRICS, gate.Floors(min={"recall@5": 0.9})))

    assert (below.exit_code, below.line) == (1, "failed: recall@5 0.900 (min 0.95)")
    assert (unmeasured.exit_code, unmeasured.line) == (3, "incomplete: scope_macro_f1 not measured (min 0.5)")
    assert (reached.exit_code, reached.line) == (0, "passed 1 bounds")


def test_a_bound_for_an_unknown_metric_is_refused_instead_of_passing_unseen() -> None:
    with pytest.raises(gate.FloorsError, match=r"^no metric is called recal@5; known are recall@5, over_refusal"):
        gate.check(METRICS, gate.Floors(min={"recal@5": 0.5}))


def test_a_bound_on_the_command_line_is_metric_equals_number() -> None:
    assert gate.parse_bounds(["recall@5=0.95"], ["over_refusal=0.02"]) == gate.Floors(
        min={"recall@5": 0.95}, max={"over_refusal": 0.02}
    )
    with pytest.raises(gate.FloorsError, match=r"a bound is written metric=number, .* not recall@5 \(no =\)"):
        gate.parse_bounds(["recall@5"], [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dev: {minimum: {recall@5: 0.9}}", "dev.minimum: Extra inputs are not permitted"),
        ("test: {min: {recall@5: 0.9}}", "has no floors for split dev"),
    ],
)
def test_floors_that_would_check_nothing_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "floors.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(gate.FloorsError, match=message):
        gate.load_floors("dev", file)
