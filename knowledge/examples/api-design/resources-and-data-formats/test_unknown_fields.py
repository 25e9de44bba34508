import pytest
from pydantic import BaseModel, ValidationError

from unknown_fields import NoteInput, explain


def test_a_typo_is_refused_with_a_hint():
    with pytest.raises(ValidationError) as caught:
        NoteInput.model_validate({"text": "x", "reminder_at": "2026-11-25", "zzz": 1})
    assert explain(caught.value, NoteInput) == [
        {"pointer": "#/reminder_at", "code": "unknown_field", "did_you_mean": "remind_at"},
        {"pointer": "#/zzz", "code": "unknown_field"},
    ]


def test_the_pointer_leads_into_nested_objects():
    class Batch(BaseModel):
        notes: list[NoteInput]

    with pytest.raises(ValidationError) as caught:
        Batch.model_validate({"notes": [{"text": "x"}, {"text": "y", "a/b": 1}]})
    assert explain(caught.value, Batch) == [{"pointer": "#/notes/1/a~1b", "code": "unknown_field"}]
