"""Reads go to a replica only when it has replayed what this user has written."""

from __future__ import annotations


# region replica
def position(lsn: str) -> int:
    """A PostgreSQL log position such as 16/B374D848 as a number."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) | int(low, 16)


class Router:
    def __init__(self, primary, replica) -> None:
        self._primary, self._replica = primary, replica

    def write(self, session: dict, statement: str, *args):
        result = self._primary.execute(statement, *args)  # commits
        # after the COMMIT: a position taken earlier may lie before the commit record
        session["written"] = self._primary.scalar("SELECT pg_current_wal_insert_lsn()")
        return result

    def read(self, session: dict, statement: str, *args):
        written = session.get("written")  # kept in the session or a cookie, not in the process
        if written is None:
            return self._replica.execute(statement, *args)
        replayed = self._replica.scalar("SELECT pg_last_wal_replay_lsn()")
        if position(replayed) >= position(written):
            return self._replica.execute(statement, *args)
        return self._primary.execute(statement, *args)  # PostgreSQL 19 can wait instead: WAIT FOR LSN '…'


# endregion
