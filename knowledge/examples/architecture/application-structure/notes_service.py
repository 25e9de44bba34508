"""Use cases: one method each, one transaction each. Knows the domain and its own port, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from notes_domain import Note, NotFound


# region service
class NoteStore(Protocol):
    """The port, in the words of the use cases. The adapter for SQLite lives elsewhere."""

    def find(self, note_id: str, owner: str) -> Note | None: ...
    def add(self, note: Note) -> None: ...
    def save(self, note: Note) -> None: ...


class NoteService:
    def __init__(self, transaction: Callable[[], AbstractContextManager[NoteStore]], new_id: Callable[[], str]):
        self._transaction, self._new_id = transaction, new_id

    def create(self, owner: str, title: str) -> Note:
        note = Note(self._new_id(), owner, title)
        with self._transaction() as store:
            store.add(note)
        return note

    def rename(self, owner: str, note_id: str, title: str) -> Note:
        with self._transaction() as store:
            note = store.find(note_id, owner)
            if note is None:
                raise NotFound
            note.rename(title)
            store.save(note)
        return note


# endregion service
