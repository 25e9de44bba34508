"""The rules of notes. Imports nothing of ours and no framework."""

from __future__ import annotations

from dataclasses import dataclass


# region errors
class DomainError(Exception):
    """What the business refuses. `code` is part of the API contract; no status numbers here."""

    code = "error"


class NotFound(DomainError):
    code = "note-not-found"


class TitleTaken(DomainError):
    code = "title-taken"


class NoteArchived(DomainError):
    code = "note-archived"


class InvalidTitle(DomainError):
    code = "invalid-title"


# endregion errors


# region note
@dataclass
class Note:
    id: str
    owner: str
    title: str
    archived: bool = False

    def __post_init__(self) -> None:
        self.title = self._checked(self.title)  # a note with a bad title cannot exist

    def rename(self, title: str) -> None:
        if self.archived:
            raise NoteArchived
        self.title = self._checked(title)

    @staticmethod
    def _checked(title: str) -> str:
        title = title.strip()
        if not 1 <= len(title) <= 100:
            raise InvalidTitle
        return title


# endregion note
