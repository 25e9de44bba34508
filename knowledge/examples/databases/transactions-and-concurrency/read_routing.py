"""Sends a user's reads to a replica only when it has replayed that user's last write. Python 3.11."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


# region routing
def lsn(text: str) -> int:
    """'16/B374D848' is a position in the write-ahead log; as a number it can be compared."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) | int(low, 16)


@dataclass
class Router:
    primary: Any
    replicas: list[Any]  # each answers query("SELECT pg_last_wal_replay_lsn()"), NULL before any replay
    save: Callable[[str, str], None]  # user → position: the session, a signed cookie, Redis
    last_write: Callable[[str], str | None]

    def write(self, user: str, work: Callable[[Any], Any]) -> Any:
        result = work(self.primary)  # runs and commits
        self.save(user, self.primary.query("SELECT pg_current_wal_insert_lsn()"))  # after the commit
        return result

    def for_reading(self, user: str) -> Any:
        needed = self.last_write(user)
        for replica in self.replicas:
            replayed = replica.query("SELECT pg_last_wal_replay_lsn()")
            if needed is None or (replayed is not None and lsn(replayed) >= lsn(needed)):
                return replica
        return self.primary  # nobody has caught up: correct first, cheap second
# endregion
