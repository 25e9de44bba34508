"""Objective, budget and burn rate in numbers."""

from __future__ import annotations


# region budget
def budget_minutes(objective: float, days: int = 30) -> float:
    """Full outage the objective allows; a 10 % error rate lasts ten times as long."""
    return days * 24 * 60 * (1 - objective)


def burn_rate(bad: int, total: int, objective: float) -> float:
    """1 spends the budget exactly by the end of the period; 14.4 spends 2 % of 30 days in an hour."""
    return (bad / total if total else 0.0) / (1 - objective)


def budget_spent(rate: float, hours: float, days: int = 30) -> float:
    return rate * hours / (days * 24)


def should_page(rates: dict[str, float]) -> bool:
    """Long window: it matters. Short window: it is still going on."""
    return (rates["1h"] > 14.4 and rates["5m"] > 14.4) or (rates["6h"] > 6 and rates["30m"] > 6)


# endregion
