"""How sure a number is: intervals resampled over clusters, Wilson intervals, Holm's correction, detectable change.

A metric is a mean of ratios of sums (a plain mean has one ratio with a denominator of 1 per case, macro-F1 one per
label). So a resample is one product of matrices. Twins share a cluster, and clusters, not cases, are drawn: with four
near-twins to a question an interval over cases covers the truth in 73 to 87 % instead of 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What one case adds to a metric: numerator and denominator, once for each ratio.
Parts = tuple[float, ...]

RESAMPLES = 10_000
SEED = 20_261_125
_LOW, _HIGH = 2.5, 97.5
_Z95 = 1.959964
# One-sided 5 % and 80 % power: the sum of both quantiles of the normal distribution.
_POWER = 1.644854 + 0.841621
LEVEL = 0.05
# Standard deviation of the per-cluster difference when too few clusters changed to measure it.
ASSUMED_DEVIATION = 0.20
_ENOUGH_CHANGED = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval over resampled clusters."""

    value: float | None
    low: float | None
    high: float | None
    clusters: int


@dataclass(frozen=True, slots=True)
class Paired:
    """A change between two runs of the same cases. `p_lower` (`p_higher`) is the chance to see it if nothing went down (up)."""

    change: float | None
    low: float | None
    high: float | None
    p_lower: float
    p_higher: float
    clusters: int
    detectable: float


# Two runs that say the same in every case.
UNCHANGED = Paired(0.0, 0.0, 0.0, 1.0, 1.0, 0, math.inf)


def interval(parts: Sequence[Parts], clusters: Sequence[str], *, resamples: int = RESAMPLES) -> Interval:
    """Return the value of a metric and its interval. `parts` and `clusters` run over the same cases."""
    if not parts:
        return Interval(None, None, None, 0)
    sums = _by_cluster(parts, clusters)
    value = _value(sums.sum(axis=0, keepdims=True))[0]
    drawn = _value(_draws(len(sums), resamples) @ sums)
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Interval(None, None, None, len(sums))
    low, high = np.percentile(drawn, [_LOW, _HIGH])
    return Interval(float(value), float(low), float(high), len(sums))


def paired(
    before: Sequence[Parts], now: Sequence[Parts], clusters: Sequence[str], *, resamples: int = RESAMPLES
) -> Paired:
    """Return the change from `before` to `now`, over the same cases in the same order."""
    if not before:
        return Paired(None, None, None, 1.0, 1.0, 0, math.inf)
    old, new = _by_cluster(before, clusters), _by_cluster(now, clusters)
    draws = _draws(len(old), resamples)
    change = (_value(new.sum(axis=0, keepdims=True)) - _value(old.sum(axis=0, keepdims=True)))[0]
    drawn = _value(draws @ new) - _value(draws @ old)
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(change) or not len(drawn):
        return Paired(None, None, None, 1.0, 1.0, len(old), math.inf)
    low, high = np.percentile(drawn, [_LOW, _HIGH])
    p_lower = (1 + int((drawn >= 0).sum())) / (1 + len(drawn))
    p_higher = (1 + int((drawn <= 0).sum())) / (1 + len(drawn))
    found = _detectable(old, new, drawn)
    return Paired(float(change), float(low), float(high), p_lower, p_higher, len(old), found)


def wilson(successes: float, n: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval of a proportion, for groups too small to resample.

    >>> tuple(round(bound, 3) for bound in wilson(8, 10))
    (0.49, 0.943)
    """
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, _Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def upper_bound(failures: int, n: int) -> float | None:
    """Return the one-sided 95 % upper bound of a failure rate; exact for no failures, else Wilson's.

    >>> round(upper_bound(0, 60), 3), round(upper_bound(0, 300), 3)
    (0.049, 0.01)
    """
    if n == 0:
        return None
    return 1 - 0.05 ** (1 / n) if failures == 0 else wilson(failures, n)[1]


def holm(p_values: Mapping[str, float], level: float = LEVEL) -> frozenset[str]:
    """Return the names that stay significant when all were tested at once (Holm's step-down)."""
    ordered = sorted(p_values.items(), key=lambda item: (item[1], item[0]))
    kept = []
    for position, (name, p_value) in enumerate(ordered):
        if p_value > level / (len(ordered) - position):
            break
        kept.append(name)
    return frozenset(kept)


def detectable(deviation: float, clusters: int) -> float:
    """Return the smallest paired change found with 80 % power, one-sided at 5 %.

    >>> round(detectable(0.20, 240), 3)
    0.032
    """
    return _POWER * deviation / math.sqrt(clusters) if clusters else math.inf


def _detectable(old: Floats, new: Floats, drawn: Floats) -> float:
    changed = int((np.abs(old - new).max(axis=1) > 1e-9).sum())
    if changed < _ENOUGH_CHANGED:
        return detectable(ASSUMED_DEVIATION, len(old))
    return _POWER * float(drawn.std())


def _by_cluster(parts: Sequence[Parts], clusters: Sequence[str]) -> Floats:
    """Return one row of summed parts per cluster, in order of the cluster's name."""
    names = sorted(set(clusters))
    row_of = {name: row for row, name in enumerate(names)}
    sums = np.zeros((len(names), len(parts[0])))
    np.add.at(sums, [row_of[name] for name in clusters], np.asarray(parts, dtype=np.float64))
    return sums


def _value(sums: Floats) -> Floats:
    """Return the mean of the ratios of each row; a ratio over nothing is left out, a row without ratios is nan."""
    above, below = sums[:, 0::2], sums[:, 1::2]
    there = below > 0
    ratios: Floats = np.divide(above, below, out=np.zeros_like(above), where=there)
    count = there.sum(axis=1)
    means: Floats = np.divide(ratios.sum(axis=1), count, out=np.full(len(sums), np.nan), where=count > 0)
    return means


@lru_cache(maxsize=12)
def _draws(clusters: int, resamples: int) -> Floats:
    """Return how often each cluster is drawn in each resample; the same for the same sizes, in every run."""
    generator = np.random.default_rng((SEED, clusters, resamples))
    drawn: Floats = generator.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(np.float64)
    return drawn
