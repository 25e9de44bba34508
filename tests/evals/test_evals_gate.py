"""The gate turns red for a real regression, stays green for noise, and never compares what cannot be compared."""

from __future__ import annotations

import random
from pathlib import Path
from typing import get_args

import pytest

from evals import gate
from evals.baseline import Baseline, BaselineError
from evals.metrics.score import Metric
from evals.record import Identity, RecordError, Run
from evals.results import shown
from evals.runner import observe
from evals.schema import Capability, ConsultCase, Responsibility
from tests.evals.scripted import IDENTITY, Agent, case, finished, records

# --- floors

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
    (found,) = gate.check(METRICS, floors)

    assert found.passed is passed


def test_the_verdict_is_red_below_a_floor_and_unmeasured_is_neither_red_nor_green() -> None:
    cases = [case("one"), case("two")]
    observed = observe(cases, Agent(lost=["two"]))

    below = finished(cases, observed, floors=gate.Floors(min={"recall@5": 0.95})).verdict
    unmeasured = finished(cases, observed, floors=gate.Floors(min={"scope_macro_f1": 0.5})).verdict
    reached = finished(cases, observed, floors=gate.Floors(min={"recall@5": 0.5})).verdict

    assert (below.exit_code, below.line) == (1, "failed: recall@5 0.500 (min 0.95)")
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


# --- comparison

CASES = [case(f"c{number:03}") for number in range(200)]


def run_with(lost: list[str], baseline: Baseline | None = None) -> Run:
    return finished(CASES, observe(CASES, Agent(lost=lost)), baseline=baseline)


def ids(numbers: range) -> list[str]:
    return [f"c{number:03}" for number in numbers]


@pytest.fixture(scope="module")
def before() -> Baseline:
    """Of 200 cases the first 20 find nothing."""
    return Baseline.of(run_with(ids(range(20))), "first")


def outcome(run: Run, metric: str) -> str:
    assert run.gate is not None
    return next(change.outcome for change in run.gate.changes if change.metric == metric)


def test_an_unchanged_run_passes(before: Baseline) -> None:
    run = run_with(ids(range(20)), before)

    assert run.verdict.exit_code == 0
    assert run.gate is not None
    assert {change.change for change in run.gate.changes} == {0.0}


def test_a_drop_of_more_than_five_points_fails(before: Baseline) -> None:
    run = run_with(ids(range(32)), before)

    assert run.verdict.exit_code == 1
    assert "recall@1 worse by 6.0 points (more than 5)" in run.verdict.reasons


def test_a_smaller_drop_fails_when_it_is_significant(before: Baseline) -> None:
    run = run_with(ids(range(28)), before)

    assert run.verdict.exit_code == 1
    assert "recall@1 significantly worse by 4.0 points" in run.verdict.reasons


def test_a_drop_within_the_noise_warns_and_passes(before: Baseline) -> None:
    # 14 cases get worse and 10 better: two points down, and nobody can say that it was the change.
    run = run_with(ids(range(10, 34)), before)

    assert outcome(run, "recall@1") == "warn"
    assert run.verdict.exit_code == 0


def test_an_improvement_passes(before: Baseline) -> None:
    assert run_with([], before).verdict.exit_code == 0


def test_the_rule_cries_wolf_in_few_of_many_harmless_changes(before: Baseline) -> None:
    chance = random.Random(3)
    alarms = 0
    for _ in range(15):
        # Ten per cent of the cases change at random: as many are lost as are found.
        lost = set(ids(range(20))) - set(chance.sample(ids(range(20)), 5))
        lost |= set(chance.sample(ids(range(20, 200)), 5))
        found = gate.compare(before, IDENTITY, records(CASES, observe(CASES, Agent(lost=sorted(lost)))), name="before")
        alarms += any(change.outcome == "fail" for change in found.changes)

    assert alarms <= 1


def test_twins_of_one_cluster_do_not_pass_for_evidence() -> None:
    cases = [case(f"t{number:03}", cluster=f"cluster-{number // 20}") for number in range(200)]
    base = Baseline.of(finished(cases, observe(cases, Agent())), "first")
    lost = [each.id for each in cases if each.group == "cluster-3"][:8]

    run = finished(cases, observe(cases, Agent(lost=lost)), baseline=base)

    # Eight lost cases of 200 would be significant; they are one cluster of ten.
    assert outcome(run, "recall@1") == "warn"


def test_a_tag_that_is_significantly_lower_warns() -> None:
    cases = [
        case(f"{style}-{number:03}", tags={"style": style}) for style in ("plain", "typo") for number in range(100)
    ]
    base = Baseline.of(finished(cases, observe(cases, Agent())), "first")
    lost = [f"typo-{number:03}" for number in range(16)]

    run = finished(cases, observe(cases, Agent(lost=lost)), baseline=base)

    assert run.gate is not None
    assert ("recall@1", "style=typo") in {(each.metric, each.tag) for each in run.gate.tag_warnings}
    assert "style=plain" not in {each.tag for each in run.gate.tag_warnings}


def tagged(lost: int) -> Run:
    """Return a run in which some of 40 misspelt cases get lost and 300 others, in 37 tags, stay as they are."""
    kept = [
        case(
            f"kept-{number:03}",
            tags={
                "capability": [get_args(Capability)[number % 10]],
                "responsibility": [get_args(Responsibility)[number % 8]],
                "consult_case": [get_args(ConsultCase)[number % 9]],
                "stage": [number % 7 + 1],
                "difficulty": number % 3 + 1,
            },
        )
        for number in range(300)
    ]
    cases = [*kept, *(case(f"typo-{number:03}", tags={"style": "typo"}) for number in range(40))]
    base = Baseline.of(finished(cases, observe(cases, Agent())), "first")
    return finished(cases, observe(cases, Agent(lost=[f"typo-{number:03}" for number in range(lost)])), baseline=base)


def test_tags_that_did_not_move_were_tested_as_well() -> None:
    # Six of forty: one chance in 600, and with 37 tags and five metrics such a thing happens by itself.
    run = tagged(6)

    assert run.gate is not None
    assert run.gate.tag_warnings == ()


def test_what_rounding_took_from_the_baseline_is_no_loss() -> None:
    rounded, now = [(0.6667, 1.0)] * 60, [(2 / 3, 1.0)] * 60

    assert gate._lowered(rounded, now, [str(number) for number in range(60)], tests=2).change == 0.0
    assert gate._lowered([(0.7, 1.0)] * 60, now, [str(number) for number in range(60)], tests=2).change != 0.0


def test_a_tag_can_be_significantly_lower_among_two_hundred_tests() -> None:
    run = tagged(20)

    assert run.gate is not None
    assert ("recall@1", "style=typo") in {(each.metric, each.tag) for each in run.gate.tag_warnings}


def test_flips_are_named_in_both_directions(before: Baseline) -> None:
    run = run_with(ids(range(1, 21)), before)

    assert run.gate is not None
    assert run.gate.flipped == ("+c000", "-c020")


def test_changed_new_and_gone_cases_are_counted_and_not_compared(before: Baseline) -> None:
    cases = [case("c000", question="reworded?"), *CASES[1:190], case("brand-new")]

    run = finished(cases, observe(cases, Agent(lost=ids(range(20)))), baseline=before)

    assert run.gate is not None
    assert (run.gate.compared_cases, run.gate.changed_cases, run.gate.gone_cases, run.gate.new_cases) == (189, 1, 10, 1)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("metric_hash", "not comparable with the baseline: the code that scores changed (m then, other now)"),
        ("weights_hash", "not comparable with the baseline: the word weights changed (w then, other now)"),
        ("judge_model", "not comparable with the baseline: another model judges (None then, other now)"),
    ],
)
def test_what_was_measured_differently_is_not_compared(before: Baseline, field: str, reason: str) -> None:
    def change(identity: Identity) -> Identity:
        return identity.model_copy(update={field: "other"})

    run = finished(CASES, observe(CASES, Agent()), baseline=before, change=change)

    assert run.verdict.exit_code == 3
    assert run.verdict.line.startswith(f"incomplete: {reason}")


def test_a_run_of_few_of_the_baselines_cases_is_not_compared(before: Baseline) -> None:
    few = CASES[:100]

    verdict = finished(few, observe(few, Agent()), baseline=before).verdict

    assert verdict.exit_code == 3
    assert "only 100 of the baseline's 200 cases are in this run unchanged" in verdict.line


def test_a_missing_baseline_is_unmeasured_and_not_green(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"no baseline at .*offline.json: No such file or directory; make one with"):
        Baseline.load(tmp_path / "offline.json")

    verdict = finished(CASES, observe(CASES, Agent()), no_baseline="no baseline at offline.json").verdict

    assert (verdict.exit_code, verdict.line) == (3, "incomplete: no baseline at offline.json")


# --- the file


def test_a_baseline_reads_back_and_has_a_line_for_each_case(before: Baseline, tmp_path: Path) -> None:
    file = tmp_path / "offline.json"
    before.save(file)

    again = Baseline.load(file)

    assert again.cases == before.cases
    assert again.accepted == before.accepted
    assert sum(line.startswith(' "c0') for line in file.read_text(encoding="utf-8").splitlines()) == 100


def test_a_file_of_another_version_is_refused(before: Baseline, tmp_path: Path) -> None:
    before.model_copy(update={"version": 99}).save(tmp_path / "offline.json")
    run_with([]).model_copy(update={"version": 99}).save(tmp_path)

    with pytest.raises(BaselineError, match="is not a baseline of version 1"):
        Baseline.load(tmp_path / "offline.json")
    with pytest.raises(RecordError, match="is not a run of version 2: version: Input should be 2"):
        Run.load(tmp_path)


def test_a_new_baseline_keeps_the_reasons_of_those_before(before: Baseline) -> None:
    later = Baseline.of(run_with([]), "search got better", before)

    assert [each.reason for each in later.accepted] == ["first", "search got better"]


# --- invariants and what may be shown


def test_one_broken_invariant_fails_whatever_else_is_good(before: Baseline) -> None:
    class Loose(Agent):
        def observe(self, asked):  # type: ignore[no-untyped-def]
            seen = super().observe(asked)
            if asked.id != "c150":
                return seen
            return seen.model_copy(
                update={"answer": seen.answer.model_copy(update={"text": seen.answer.text + " [7]"})}
            )

    run = finished(CASES, observe(CASES, Loose(lost=ids(range(20)))), baseline=before)

    assert (run.verdict.exit_code, run.verdict.line) == (1, "failed: dangling_citations: 1 of 200")
    assert next(each.cases for each in run.invariants if each.violations) == ("c150",)


def test_what_is_published_of_a_held_out_run_has_numbers_and_no_words() -> None:
    held = [case(f"h{number}", split="test", question="a secret question") for number in range(3)]
    run = finished(held, observe(held, Agent()), change=lambda identity: identity.model_copy(update={"split": "test"}))

    text = shown(run).model_dump_json()

    assert "secret" not in text
    assert "audience" not in text
    assert [record.scores["recall@1"].value for record in shown(run).cases] == [1.0, 1.0, 1.0]
