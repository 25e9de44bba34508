"""An orchestrated order saga whose state lives in SQLite. Steps talk to services through idempotent calls."""
from __future__ import annotations

import sqlite3
from collections.abc import Callable

SCHEMA = """
CREATE TABLE IF NOT EXISTS saga (
  id TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'running', -- running, compensating, done, undone
  step INTEGER NOT NULL DEFAULT 0)"""

# region saga
class Rejected(Exception):
    """The service said no for good: declined card, no stock. Compensate. Anything else is retried."""


class Saga:
    """steps: (name, do, undo), undo None where nothing needs undoing. Every call carries the key
    '<saga id>:<name>' or '<saga id>:<name>:undo', and the service applies each key once."""

    def __init__(self, db: sqlite3.Connection, steps: list[tuple[str, Callable, Callable | None]], pivot: str):
        self.db, self.steps = db, steps
        self.pivot = [name for name, _, _ in steps].index(pivot)   # after it: forward only, no way back

    def start(self, saga_id: str) -> None:
        with self.db:
            self.db.execute("INSERT INTO saga (id) VALUES (?) ON CONFLICT DO NOTHING", (saga_id,))

    def advance(self, saga_id: str) -> str:
        """One step forwards or back; a crash anywhere repeats at most this step. Run it from a job."""
        status, at = self.db.execute("SELECT status, step FROM saga WHERE id = ?", (saga_id,)).fetchone()
        if status == "running":
            name, do, _ = self.steps[at]
            try:
                do(f"{saga_id}:{name}")                            # timeout: raises, same key next time
                status, at = ("done" if at + 1 == len(self.steps) else status), at + 1
            except Rejected:
                if at > self.pivot:
                    raise                                          # a bug: past the pivot no step may refuse
                status = "compensating"
        elif status == "compensating":
            at -= 1
            if at >= 0:
                name, _, undo = self.steps[at]
                if undo:
                    undo(f"{saga_id}:{name}:undo")
            status = "undone" if at <= 0 else status
        with self.db:                                              # one orchestrator per saga: lock or lease
            self.db.execute("UPDATE saga SET status = ?, step = ? WHERE id = ?", (status, max(at, 0), saga_id))
        return status
# endregion saga


class Service:
    """A participant: remembers keys, so a repeated call has one effect and returns the first outcome."""

    def __init__(self, name: str, refuses: bool = False):
        self.name, self.refuses, self.seen, self.effects = name, refuses, {}, []

    # region participant
    def call(self, key: str, effect: str, after: Callable[[str], None] = lambda _: None) -> None:
        if key not in self.seen:                       # in a real service: unique key, same transaction
            self.seen[key] = "rejected" if self.refuses and not key.endswith(":undo") else "ok"
            if self.seen[key] == "ok":
                self.effects.append(effect)
        after(key)                                     # where the test lets the reply get lost
        if self.seen[key] == "rejected":
            raise Rejected(key)
    # endregion participant
