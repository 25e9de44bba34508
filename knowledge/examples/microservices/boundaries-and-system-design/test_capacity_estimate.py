import pytest

from capacity_estimate import Load, orders, pages


def test_the_numbers_of_the_guide():
    assert (pages.average, pages.peak) == (200, 1000)
    assert (orders.average, orders.peak) == (2, 10)
    assert orders.in_flight == pytest.approx(3)
    assert pages.in_flight == pytest.approx(50)
    assert orders.storage(days=365) == pytest.approx(1.75e12, rel=0.01)      # about 1.75 TB
    assert pages.instances(per_instance=300) == 7
    assert orders.instances(per_instance=20) == 2


def test_one_instance_may_fail_at_the_peak():
    left = pages.instances(per_instance=300) - 1
    assert pages.peak / left <= 300 * 0.6


def test_rounding_the_day_up_errs_by_less_than_a_fifth():
    exact = 20_000_000 / 86_400
    assert 0 < (exact - Load(20_000_000).average) / exact < 0.2
