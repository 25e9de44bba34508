"""Intervals cover the truth, also with twins; corrections and bounds match published values."""

from __future__ import annotations

import random

import pytest

from evals.metrics import stats


def test_an_interval_over_clusters_covers_the_truth_where_one_over_cases_does_not() -> None:
    chance = random.Random(11)
    covered = {"clusters": 0, "cases": 0}
    for _ in range(120):
        # Four twins to a question that pass or fail together: 60 questions are 60 observations, not 240.
        marks = [float(chance.random() < 0.7) for _ in range(60)]
        parts = [(mark, 1.0) for mark in marks for _ in range(4)]
        by_cluster = stats.interval(parts, [str(at // 4) for at in range(240)], resamples=400)
        by_case = stats.interval(parts, [str(at) for at in range(240)], resamples=400)
        for name, found in (("clusters", by_cluster), ("cases", by_case)):
            assert found.low is not None
            assert found.high is not None
            covered[name] += found.low <= 0.7 <= found.high

    assert covered["clusters"] / 120 >= 0.90
    assert covered["cases"] / 120 <= 0.85


def test_the_same_numbers_give_the_same_interval_in_every_run() -> None:
    parts = [(float(at % 3 == 0), 1.0) for at in range(50)]
    names = [str(at) for at in range(50)]

    first = stats.interval(parts, names)
    stats._draws.cache_clear()

    assert stats.interval(parts, names) == first


def test_a_metric_of_nothing_has_no_value() -> None:
    assert stats.interval([], []).value is None
    assert stats.interval([(0.0, 0.0)], ["a"]).value is None


def test_a_paired_change_is_sharper_than_two_intervals() -> None:
    names = [str(at) for at in range(200)]
    before = [(float(at % 2), 1.0) for at in range(200)]
    now = [(0.0 if at < 20 else value, 1.0) for at, (value, _) in enumerate(before)]

    found = stats.paired(before, now, names)

    assert found.change == pytest.approx(-0.05)
    assert found.high is not None
    assert found.high < 0
    assert found.p_lower < 0.01
    assert stats.interval(now, names).high > stats.interval(before, names).low  # type: ignore[operator]


@pytest.mark.parametrize(
    ("clusters", "deviation", "points"),
    [(60, 0.10, 3.2), (120, 0.20, 4.5), (240, 0.20, 3.2), (240, 0.30, 4.8), (400, 0.10, 1.2)],
)
def test_the_detectable_change_is_that_of_the_published_table(clusters: int, deviation: float, points: float) -> None:
    assert round(100 * stats.detectable(deviation, clusters), 1) == points


@pytest.mark.parametrize(("attempts", "bound"), [(60, 0.049), (120, 0.025), (300, 0.010)])
def test_no_failure_in_n_attempts_still_has_a_bound(attempts: int, bound: float) -> None:
    assert round(stats.upper_bound(0, attempts) or 0.0, 3) == bound


def test_holm_keeps_only_what_survives_testing_everything_at_once() -> None:
    assert stats.holm({"a": 0.01, "b": 0.02, "c": 0.03, "d": 0.5}) == {"a"}
    assert stats.holm({"a": 0.001, "b": 0.015, "c": 0.02, "d": 0.5}) == {"a", "b", "c"}
    assert stats.holm({"a": 0.04}) == {"a"}
    assert stats.holm({}) == frozenset()
