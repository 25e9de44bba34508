"""One server, one hiccup, two ways of asking: why a closed load test reports a good tail."""

from __future__ import annotations

import math


# region models
def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]  # nearest rank


def serve(arrivals: list[float], service: float, pause: tuple[float, float]) -> list[float]:
    """Latency from the intended start, for a server that works in order and stops once, like a GC or a failover."""
    free, latencies = 0.0, []
    for arrival in arrivals:
        begin = max(arrival, free)
        if pause[0] <= begin < pause[1]:
            begin = pause[1]
        free = begin + service
        latencies.append(free - arrival)
    return latencies


def closed_model(seconds: float, interval: float, service: float, pause: tuple[float, float]) -> list[float]:
    """One virtual user: the next request waits for the previous answer, so the pause is asked about once."""
    now, latencies = 0.0, []
    while now < seconds:
        (latency,) = serve([now], service, pause)
        latencies.append(latency)
        now += max(interval, latency)
    return latencies


def open_model(seconds: float, interval: float, service: float, pause: tuple[float, float]) -> list[float]:
    """Users arrive on their own schedule, whether or not the server answers."""
    return serve([n * interval for n in range(round(seconds / interval))], service, pause)


# endregion


# region fan-out
def slow_share(share_slow: float, calls: int) -> float:
    """How many requests meet at least one slow call when each makes this many independent calls."""
    return 1 - (1 - share_slow) ** calls


# endregion


# region connection-budget
def connections_needed(*, instances: int, workers: int, pool: int, overflow: int = 0, surge: float = 0.25) -> int:
    """What the database sees at the worst moment: old and new instances side by side in a rolling deployment."""
    return math.ceil(instances * (1 + surge)) * workers * (pool + overflow)


def connections_available(max_connections: int = 100, reserved: int = 3, others: int = 10) -> int:
    return max_connections - reserved - others  # others: migrations, cron jobs, monitoring, people


# endregion
