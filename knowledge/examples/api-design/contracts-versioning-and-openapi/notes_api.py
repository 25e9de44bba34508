from datetime import datetime
from enum import StrEnum

from fastapi import FastAPI
from pydantic import BaseModel, Field


# region code-first
class Colour(StrEnum):
    yellow = "yellow"
    blue = "blue"
    green = "green"


class NoteInput(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)
    colour: Colour = Colour.yellow
    remind_at: datetime | None = None


class Note(BaseModel):
    id: str
    text: str
    state: str = Field(description="Open list, today active and archived. Treat others as active.")
    colour: str
    remind_at: datetime | None


app = FastAPI(
    title="Notes",
    version="1.3.0",
    generate_unique_id_function=lambda route: route.name,  # stable operationId: the default contains path and method
)


@app.post("/v1/notes", status_code=201, name="createNote")
def create_note(note: NoteInput) -> Note:
    return Note(id="n_1", state="active", **note.model_dump())


@app.get("/v1/notes/{note_id}", name="getNote")
def get_note(note_id: str) -> Note:
    return Note(id=note_id, text="hello", state="active", colour="blue", remind_at=None)
# endregion
