"""How many calls reach the lowest service when every layer retries, and when only one does."""
from __future__ import annotations

from collections.abc import Callable


# region layers
def layer(below: Callable[[], bool], attempts: int) -> Callable[[], bool]:
    """A service that tries its dependency `attempts` times and then reports failure to its own caller."""
    return lambda: any(below() for _ in range(attempts))


def calls_at_the_bottom(attempts_per_layer: list[int]) -> int:
    hits = 0

    def database() -> bool:
        nonlocal hits
        hits += 1
        return False                    # down: every attempt fails

    top: Callable[[], bool] = database
    for attempts in reversed(attempts_per_layer):
        top = layer(top, attempts)
    top()
    return hits
# endregion layers
