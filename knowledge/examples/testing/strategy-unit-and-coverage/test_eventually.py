import threading
import time

import pytest
from eventually import eventually

# region order
def test_first() -> None:
    seen: list[str] = []  # created here, not at module level: the order of the tests cannot matter
    worker = threading.Timer(0.05, seen.append, ["sent"])
    worker.start()
    started = time.monotonic()
    assert eventually(lambda: seen == ["sent"])
    assert time.monotonic() - started < 2  # as fast as the worker, not a fixed second
    worker.join()
# endregion order


def test_a_fixed_sleep_loses_the_race() -> None:
    seen: list[str] = []
    worker = threading.Timer(0.08, seen.append, ["sent"])
    worker.start()
    time.sleep(0.01)  # "long enough on my machine"
    assert seen == []  # this is the flake
    worker.join()
    assert seen == ["sent"]


def test_gives_up_with_the_last_value() -> None:
    with pytest.raises(AssertionError, match="last result 0"):
        eventually(lambda: 0, timeout=0.03)
