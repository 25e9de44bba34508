import pytest
from cost_budget import CostBudget


def test_expensive_operations_use_the_budget_faster():
    now = [0.0]
    budget = CostBudget(capacity=1_000, per_second=10, clock=lambda: now[0])
    assert [budget.charge("ada", 400)[0] for _ in range(3)] == [True, True, False]
    assert budget.charge("ada", 5)[0]  # cheap ones still pass
    assert budget.charge("bob", 400)[0]
    allowed, headers = budget.charge("ada", 400)
    assert not allowed
    assert headers == {"Retry-After": "21"}  # 195 left, 205 missing, 10 per second
    now[0] = 21.0
    assert budget.charge("ada", 400)[0]


def test_what_can_never_fit_is_not_told_to_come_back():
    with pytest.raises(ValueError, match="422"):
        CostBudget(capacity=1_000).charge("ada", 1_001)


def test_zero_cost_is_still_charged():
    budget = CostBudget(capacity=3, per_second=0.001)
    assert [budget.charge("ada", 0)[0] for _ in range(4)] == [True, True, True, False]
