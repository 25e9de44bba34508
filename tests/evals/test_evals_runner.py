"""A run selects what it is told, counts errors instead of hiding them, stops at its budget and goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_architect import Architect, Usage
from evals import runner, targets
from evals.budget import Budget, Price, PriceError, Prices
from evals.cache import Cache, CachedTarget
from evals.gate import Floors
from evals.record import Journal, RecordError
from evals.runner import Selection, finished_before, observe
from evals.schema import Case
from evals.scoring import case_hash
from evals.targets import Observation, RecordedTarget, RecordingError
from tests.evals.scripted import GOOD, Agent, case, finished

# Compiling changed guides takes its time on a busy machine.
pytestmark = pytest.mark.timeout(400)

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


def test_a_sample_draws_whole_clusters_and_the_same_ones_for_the_same_seed() -> None:
    cases = [case(f"c{number}", cluster=f"cluster-{number // 2}") for number in range(20)]

    drawn = Selection(sample=3, seed=5).of(cases)

    assert len(drawn) == 6
    assert len({each.group for each in drawn}) == 3
    assert drawn == Selection(sample=3, seed=5).of(cases)
    assert drawn != Selection(sample=3, seed=6).of(cases)


# --- errors


def test_an_exception_is_the_error_of_its_case_and_counts_as_the_worst_value_of_each_metric() -> None:
    cases = [case("bad"), case("good")]

    run = finished(cases, observe(cases, Agent("bad")))

    assert [(record.id, record.explanation) for record in run.cases if record.status == "error"] == [
        ("bad", "ZeroDivisionError: half of nothing")
    ]
    assert run.by_name["recall@1"].value == 0.5
    assert run.by_name["citation_recall"].value == 0.5
    assert run.by_name["false_abstain"].value == 0.5


def test_more_than_one_error_in_a_hundred_makes_the_run_incomplete() -> None:
    cases = [case(f"c{number}") for number in range(100)]

    one = finished(cases, observe(cases, Agent("c0"))).verdict
    two = finished(cases, observe(cases, Agent("c0", "c1"))).verdict

    assert one.exit_code == 0
    assert (two.exit_code, two.line) == (3, "incomplete: 2 of 100 cases raised an error (more than 1%)")


def test_errors_win_over_a_missed_bound_because_the_numbers_mean_nothing() -> None:
    cases = [case("bad")]

    verdict = finished(cases, observe(cases, Agent("bad")), floors=Floors(min={"recall@5": 0.9})).verdict

    assert verdict.exit_code == 3


def test_a_case_that_hangs_is_given_up_and_the_others_are_still_asked() -> None:
    class Stuck:
        def observe(self, asked: Case) -> Observation:
            def work() -> Observation:
                if asked.id == "stuck":
                    time.sleep(5)
                return Observation(case_id=asked.id, question=asked.question, answer=GOOD)

            return targets.within(0.2, work)

    found = observe([case("stuck"), case("next")], Stuck()).observations

    assert found["stuck"].error == "CaseTimeout: no reply within 0.2 s"
    assert found["next"].answer == GOOD


def test_asking_side_by_side_gives_the_same_observations() -> None:
    cases = [case(f"c{number}") for number in range(30)]

    apart, one_by_one = observe(cases, Agent("c3"), jobs=4), observe(cases, Agent("c3"))

    assert apart.observations == one_by_one.observations


# --- budget


def price(dollars: float) -> Price:
    return Price(prompt=dollars, cached=0.0, completion=dollars)


def test_a_run_stops_when_its_budget_is_reached_keeps_what_it_has_and_is_incomplete() -> None:
    class Paid:
        def observe(self, asked: Case) -> Observation:
            usage = Usage(prompt_tokens=900_000, completion_tokens=100_000)
            return Observation(
                case_id=asked.id, question=asked.question, answer=GOOD.model_copy(update={"usage": usage})
            )

    cases = [case(f"c{number}") for number in range(10)]

    observed = observe(cases, Paid(), budget=Budget(price(1.0), cap=3.0))

    assert len(observed.observations) == 3
    assert observed.stopped == "the budget of 3.00 USD is reached (3.00 spent); 7 cases were not asked"
    assert finished(cases, observed).verdict.exit_code == 3


def test_an_answer_from_the_cache_is_spent_by_nobody(tmp_path: Path) -> None:
    class Paid:
        def observe(self, asked: Case) -> Observation:
            usage = Usage(prompt_tokens=1_000_000)
            said = GOOD.model_copy(update={"usage": usage, "mode": "model"})
            return Observation(case_id=asked.id, question=asked.question, answer=said)

    asking = targets.Asking(settings=targets.offline_settings())
    target = CachedTarget(Paid(), asking, Cache(folder=tmp_path), corpus_hash="c")
    first, second = Budget(price(1.0), cap=5.0), Budget(price(1.0), cap=0.5)

    observe([case("one"), case("two")], target, budget=first)
    again = observe([case("one"), case("two")], target, budget=second)

    assert (first.cost, second.cost, again.stopped) == (2.0, 0.0, "")


def test_cached_tokens_are_not_paid_twice() -> None:
    usage = Usage(prompt_tokens=1_000_000, cached_tokens=400_000, completion_tokens=500_000)

    assert Price(prompt=1.0, cached=0.5, completion=2.0).of(usage) == pytest.approx(0.6 + 0.2 + 1.0)


def test_a_model_without_a_price_is_refused_instead_of_being_free(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "as_of: 2026-11-25\nusd_per_million_tokens: {known: {prompt: 1, cached: 0.1, completion: 2}}", encoding="utf-8"
    )
    prices = Prices.load(file)

    assert prices.of("known").completion == 2
    with pytest.raises(PriceError, match=r"^no price for model unknown in prices.yaml \(known: known\)"):
        prices.of("unknown")


# --- resume


def test_what_was_finished_is_not_asked_again_but_a_changed_case_is(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    before = [case("same"), case("changed"), case("raised")]
    observe(before, Agent("raised"), journal=journal)
    now = [case("same"), case("changed", question="reworded?"), case("raised"), case("new")]

    done = finished_before(Journal(tmp_path), now)

    assert list(done) == ["same"]


def test_a_value_that_is_the_default_anyway_does_not_change_a_case_and_a_label_does() -> None:
    written_out = case("one", scope="in_scope", nuggets=[], tags={"style": "typo"})
    more = [{"section": "auth/jwt#validate", "grade": 3}, {"section": "auth/jwt#claims", "grade": 2}]
    relabelled = case("one", expected_sections=more)

    assert case_hash(written_out) == case_hash(case("one"))
    assert case_hash(relabelled) != case_hash(case("one"))


def test_a_line_that_was_cut_off_by_the_interruption_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    observe([case("one"), case("two")], Agent(), journal=journal)
    file = tmp_path / "run.jsonl"
    file.write_text(file.read_text(encoding="utf-8")[:-40], encoding="utf-8")

    assert [done.observation.case_id for done in Journal(tmp_path).read()] == ["one"]


def test_a_resumed_run_writes_no_case_behind_a_line_that_was_cut_off(tmp_path: Path) -> None:
    cases = [case("one"), case("two")]
    observe(cases, Agent(), journal=Journal(tmp_path))
    file = tmp_path / "run.jsonl"
    file.write_text(file.read_text(encoding="utf-8")[:-40], encoding="utf-8")

    observe(cases[1:], Agent(), journal=Journal(tmp_path))

    assert [done.observation.case_id for done in Journal(tmp_path).read()] == ["one", "two"]


def test_a_damaged_line_in_the_middle_is_an_error_and_not_a_missing_case(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text("nonsense\n{}\n", encoding="utf-8")

    with pytest.raises(RecordError, match=r"run\.jsonl:1: not a finished case"):
        Journal(tmp_path).read()


# --- recorded answers


def test_recorded_answers_score_like_the_run_they_come_from(tmp_path: Path) -> None:
    cases = [case("one"), case("two")]
    observed = observe(cases, Agent())
    targets.save(observed.observations.values(), tmp_path / "answers.jsonl")

    replayed = observe(cases, RecordedTarget(targets.load(tmp_path / "answers.jsonl")))

    assert finished(cases, replayed).metrics == finished(cases, observed).metrics


def test_a_recording_of_another_question_is_an_error_of_that_case() -> None:
    recorded = RecordedTarget([Observation(case_id="one", question="something else?", answer=GOOD)])

    found = observe([case("one"), case("two")], recorded).observations

    assert found["one"].error == "RecordingError: case one asked something else when it was recorded"
    assert found["two"].error == "RecordingError: no answer is recorded for case two"


def test_a_damaged_recording_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    targets.save(observe([case("one")], Agent()).observations.values(), file)
    file.write_text(file.read_text(encoding="utf-8") + '{"case_id": 7}\n', encoding="utf-8")

    with pytest.raises(RecordingError, match=r"answers.jsonl:2: not a recorded answer"):
        targets.load(file)


# --- the agent itself


@pytest.fixture(scope="module")
def target() -> Iterator[targets.LibraryTarget]:
    settings = targets.offline_settings()
    asking = targets.Asking(settings=settings, check_every=1)
    with targets.LibraryTarget(asking, Architect(settings=settings)) as target:
        yield target


def test_a_case_that_is_checked_is_asked_twice_and_the_agent_repeats_itself(target: targets.LibraryTarget) -> None:
    seen = target.observe(case("retry", question="How do I make POST safe to retry?"))

    assert seen.is_repeatable is True
    assert seen.refs[0] == "api-design/retries-idempotency-and-rate-limits#post-retry"
    assert len(seen.ref_scores) == len(seen.refs)


def test_answers_that_differ_only_in_the_time_they_took_are_the_same() -> None:
    slower = GOOD.model_copy(update={"usage": Usage(seconds=9.0)})

    assert targets.same(GOOD, slower)
    assert not targets.same(GOOD, GOOD.model_copy(update={"text": f"{GOOD.text} "}))


def test_offline_jobs_are_cores_and_a_model_is_asked_eight_times_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    settings = targets.offline_settings()
    remote = settings.model_copy(update={"use_model": True, "base_url": "http://127.0.0.1:1/v1"})

    assert runner.jobs_for(targets.Asking(settings=settings)) == 3
    assert runner.jobs_for(targets.Asking(settings=remote)) == 8
