from __future__ import annotations

from statistics import mean

import pytest
from load_model import (
    closed_model,
    connections_available,
    connections_needed,
    open_model,
    percentile,
    slow_share,
)

SCENE = {"seconds": 60.0, "interval": 0.01, "service": 0.001, "pause": (30.0, 32.0)}


def test_a_closed_test_hides_a_two_second_stop() -> None:
    closed, opened = closed_model(**SCENE), open_model(**SCENE)
    assert percentile(closed, 0.99) == pytest.approx(0.001)  # "p99 is 1 ms"
    assert percentile(closed, 0.999) == pytest.approx(0.001)
    assert percentile(opened, 0.99) > 1.4  # what users would have met
    assert sum(latency > 1 for latency in closed) == 1
    assert sum(latency > 1 for latency in opened) > 100


def test_percentiles_cannot_be_averaged() -> None:
    good, bad = [0.01] * 990 + [0.02] * 10, [0.01] * 50 + [2.0] * 50  # the second instance has little traffic
    average_of_p99 = mean([percentile(good, 0.99), percentile(bad, 0.99)])
    assert average_of_p99 == pytest.approx(1.005)
    assert percentile(good + bad, 0.99) == 2.0


def test_the_mean_describes_nobody() -> None:
    latencies = [0.02] * 95 + [3.0] * 5
    assert 0.16 < mean(latencies) < 0.18
    assert not [x for x in latencies if 0.1 < x < 1]
    assert percentile(latencies, 0.5) == 0.02
    assert percentile(latencies, 0.99) == 3.0


def test_fan_out_turns_the_tail_into_the_rule() -> None:
    assert slow_share(0.01, 1) == pytest.approx(0.01)
    assert slow_share(0.01, 10) == pytest.approx(0.096, abs=0.001)
    assert slow_share(0.01, 100) == pytest.approx(0.634, abs=0.001)


def test_twelve_small_instances_exceed_a_default_database() -> None:
    assert connections_available() == 87
    assert connections_needed(instances=12, workers=4, pool=5) == 300
    assert connections_needed(instances=12, workers=4, pool=5, overflow=10) == 900  # SQLAlchemy's default overflow
    assert connections_needed(instances=4, workers=4, pool=4) == 80
