"""Decide a two-day spike by rules written down before it starts."""

# region decide
from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    name: str
    weight: int  # the weights add up to 100
    veto_below: int = 0  # a score under this excludes the candidate, whatever the sum says


def decide(criteria: list[Criterion], scores: dict[str, dict[str, int]], clear_lead: float = 0.5) -> str:
    """The winner, `keep the current stack` when nobody passes, or the tie that cheaper operation must break."""
    if sum(c.weight for c in criteria) != 100:
        raise ValueError("weights must add up to 100")
    passed = {
        name: sum(c.weight * given[c.name] for c in criteria) / 100
        for name, given in scores.items()
        if all(given[c.name] >= c.veto_below for c in criteria)
    }
    if not passed:
        return "keep the current stack"
    ranked = sorted(passed, key=passed.__getitem__, reverse=True)
    close = [name for name in ranked if passed[ranked[0]] - passed[name] < clear_lead]
    return ranked[0] if len(close) == 1 else "tie: " + ", ".join(close)


# endregion
