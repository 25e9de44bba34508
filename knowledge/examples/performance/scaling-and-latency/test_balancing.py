from __future__ import annotations

import random

from balancing import least_connections, round_robin, simulate, two_choices
from load_model import percentile


def test_round_robin_keeps_feeding_the_slow_instance() -> None:
    rr = simulate(round_robin())
    least = simulate(least_connections())
    two = simulate(two_choices(random.Random(1)))
    assert percentile(rr, 0.95) > 3  # its queue only grows
    assert percentile(least, 0.95) < 0.05
    assert percentile(two, 0.95) < 0.05


def test_with_equal_instances_the_difference_is_small() -> None:
    assert percentile(simulate(round_robin(), slow=0.01), 0.99) <= 0.011
    assert percentile(simulate(two_choices(random.Random(1)), slow=0.01), 0.99) <= 0.02


def test_an_instance_that_fails_fast_attracts_everything() -> None:
    shares = [0] * 10

    def counting():
        pick = least_connections()

        def choose(in_flight):
            chosen = pick(in_flight)
            shares[chosen] += 1
            return chosen

        return choose

    simulate(counting(), slow=0.0001, per_second=2000)  # instance 0 answers 500 in 0.1 ms
    assert shares[0] > 0.25 * sum(shares)  # fair would be a tenth
