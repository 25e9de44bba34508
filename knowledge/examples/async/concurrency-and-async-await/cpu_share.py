"""How much of a block's time is computing, and how many processors a container may really use."""
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


# region share
@contextmanager
def cpu_share(report: Callable[[float, float], None]) -> Iterator[None]:
    """Wall time and the share of it this thread computed: near 0 it waits, near 1 it computes.

    For a synchronous handler. Around an `await` it counts the other tasks of the loop as well.
    """
    wall, cpu = time.perf_counter(), time.thread_time()
    try:
        yield
    finally:
        elapsed = time.perf_counter() - wall
        report(elapsed, (time.thread_time() - cpu) / elapsed if elapsed else 0.0)
# endregion


# region sizes
def usable_cpus(quota_file: Path = Path("/sys/fs/cgroup/cpu.max")) -> float:
    """What the container may use: os.cpu_count() tells what the machine has, and pools sized by it are too big."""
    try:
        quota, period = quota_file.read_text().split()       # "150000 100000": one and a half processors
    except (OSError, ValueError):
        quota, period = "max", "1"
    allowed = len(os.sched_getaffinity(0))                   # Linux
    return allowed if quota == "max" else min(allowed, int(quota) / int(period))


def cpu_workers() -> int:
    return max(1, math.floor(usable_cpus()))


def io_threads(calls_per_second: float, seconds_each: float, downstream_allows: int) -> int:
    """Little's law plus twice its square root for bursts, and never more than what stands behind the pool."""
    mean = calls_per_second * seconds_each
    return max(1, min(math.ceil(mean + 2 * math.sqrt(mean)), downstream_allows))
# endregion
