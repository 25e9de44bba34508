"""Runs a whole transaction again after a serialization failure or a deadlock. Python 3.11, psycopg 3 (PostgreSQL)."""

import random
import time
from collections.abc import Callable
from typing import Any

# region retry
RETRY = {"40001", "40P01"}  # serialization_failure, deadlock_detected: nothing was committed, so doing it again is safe


def in_transaction(connect: Callable[[], Any], work: Callable[[Any], Any], tries: int = 5, base: float = 0.02) -> Any:
    """`work` gets a connection, reads everything it needs through it, and has no other side effects."""
    for attempt in range(1, tries + 1):
        try:
            with connect() as db, db.transaction():  # BEGIN … COMMIT; ROLLBACK on an exception
                return work(db)  # the commit may fail too: it is inside the try
        except Exception as error:
            if getattr(error, "sqlstate", None) not in RETRY or attempt == tries:
                raise
        time.sleep(random.uniform(0, base * 2**attempt))  # full jitter, and no connection held meanwhile
    raise AssertionError("unreachable")
# endregion
