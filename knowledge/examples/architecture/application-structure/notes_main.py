"""The composition root: the only module that knows every other one."""

from __future__ import annotations

import sqlite3
import uuid

import notes_storage
from fastapi import FastAPI
from notes_http import create_app
from notes_service import NoteService


# region root
def build(database: str) -> FastAPI:
    """Order of construction is the wiring: settings, adapters, services, transport."""
    with sqlite3.connect(database) as db:
        db.executescript(notes_storage.SCHEMA)
    db.close()
    service = NoteService(notes_storage.transactions(database), new_id=lambda: str(uuid.uuid4()))
    return create_app(service)


# endregion root
