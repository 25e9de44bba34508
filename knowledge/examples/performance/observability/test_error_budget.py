from __future__ import annotations

import pytest
from error_budget import budget_minutes, budget_spent, burn_rate, should_page

QUIET = {"5m": 0.5, "30m": 0.5, "1h": 0.5, "6h": 0.5}


def test_the_budgets_people_quote() -> None:
    assert budget_minutes(0.99) == pytest.approx(432)
    assert budget_minutes(0.995) == pytest.approx(216)
    assert budget_minutes(0.999) == pytest.approx(43.2)
    assert budget_minutes(0.9999) == pytest.approx(4.32)


def test_the_burn_rates_of_the_workbook() -> None:
    assert budget_spent(14.4, 1) == pytest.approx(0.02)
    assert budget_spent(6, 6) == pytest.approx(0.05)
    assert budget_spent(1, 72) == pytest.approx(0.10)
    assert burn_rate(bad=144, total=10_000, objective=0.999) == pytest.approx(14.4)
    assert burn_rate(0, 0, 0.999) == 0


def test_a_short_blip_and_a_finished_incident_do_not_page() -> None:
    assert not should_page(QUIET)
    assert not should_page({**QUIET, "5m": 100})  # a blip: the hour is fine
    assert not should_page({**QUIET, "1h": 20})  # over: the last five minutes are fine
    assert should_page({**QUIET, "1h": 20, "5m": 20})
    assert should_page({**QUIET, "6h": 7, "30m": 7})  # slow burn
