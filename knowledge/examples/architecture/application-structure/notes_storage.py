"""The SQLite adapter. Rows and constraint errors stay in here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from notes_domain import Note, TitleTaken

SCHEMA = """
CREATE TABLE IF NOT EXISTS note (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    CONSTRAINT note_title_per_owner UNIQUE (owner, title)
);
"""


# region storage
class SqliteNotes:
    def __init__(self, db: sqlite3.Connection):
        self._db = db

    def find(self, note_id: str, owner: str) -> Note | None:
        sql = "SELECT id, owner, title, archived FROM note WHERE id = ? AND owner = ?"
        row = self._db.execute(sql, (note_id, owner)).fetchone()
        return Note(row[0], row[1], row[2], bool(row[3])) if row else None

    def add(self, note: Note) -> None:
        self._write("INSERT INTO note (id, owner, title) VALUES (?, ?, ?)", (note.id, note.owner, note.title))

    def save(self, note: Note) -> None:
        self._write("UPDATE note SET title = ?, archived = ? WHERE id = ?", (note.title, note.archived, note.id))

    def _write(self, sql: str, values: tuple) -> None:
        try:
            self._db.execute(sql, values)
        except sqlite3.IntegrityError as error:  # PostgreSQL: look at constraint_name, not at the text
            if "note.owner, note.title" in str(error):
                raise TitleTaken from error
            raise


# endregion storage


def transactions(path: str):
    @contextmanager
    def transaction() -> Iterator[SqliteNotes]:
        db = sqlite3.connect(path)
        try:
            with db:  # commits, or rolls back on any exception
                yield SqliteNotes(db)
        finally:
            db.close()

    return transaction
