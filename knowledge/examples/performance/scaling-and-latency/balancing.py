"""Three ways to pick an instance, on a fleet where one instance became slow."""

from __future__ import annotations

import heapq
import itertools
import random

# region pick
FLEET = 10


def round_robin():
    turn = itertools.cycle(range(FLEET))
    return lambda in_flight: next(turn)


def least_connections():
    return lambda in_flight: min(range(FLEET), key=lambda n: in_flight[n])


def two_choices(rng: random.Random):
    def pick(in_flight: list[int]) -> int:
        a, b = rng.sample(range(FLEET), 2)  # two at random, the less busy one: no scan, no herd
        return a if in_flight[a] <= in_flight[b] else b

    return pick


# endregion


def simulate(pick, *, requests: int = 4000, per_second: float = 500, slots: int = 4, slow: float = 0.2) -> list[float]:
    """Instance 0 needs `slow` seconds a request, the others 10 ms; each works on `slots` requests at a time."""
    in_flight = [0] * FLEET
    free_at = [[0.0] * slots for _ in range(FLEET)]
    running: list[tuple[float, int]] = []
    latencies = []
    for n in range(requests):
        now = n / per_second
        while running and running[0][0] <= now:
            in_flight[heapq.heappop(running)[1]] -= 1
        chosen = pick(in_flight)
        begin = max(now, heapq.heappop(free_at[chosen]))
        end = begin + (slow if chosen == 0 else 0.01)
        heapq.heappush(free_at[chosen], end)
        heapq.heappush(running, (end, chosen))
        in_flight[chosen] += 1
        latencies.append(end - now)
    return latencies
