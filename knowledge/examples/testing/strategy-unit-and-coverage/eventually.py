"""Wait for a condition, not for a duration."""

import time
from collections.abc import Callable


# region eventually
def eventually(condition: Callable[[], object], timeout: float = 5.0, every: float = 0.01) -> object:
    """Return the first truthy result; fail with the last one after `timeout`. Never a bare sleep."""
    deadline = time.monotonic() + timeout  # monotonic: the wall clock may jump
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= deadline:
            raise AssertionError(f"not true after {timeout} s, last result {result!r}")
        time.sleep(every)
# endregion eventually
