import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SCHEMA = json.loads((Path(__file__).parent / "order.schema.json").read_text())
Draft202012Validator.check_schema(SCHEMA)
VALID = {
    "id": "ord_" + "0" * 26,
    "state": "paid",
    "total": {"amount_minor": 1250, "currency": "EUR"},
    "created_at": "2026-11-25T09:30:00Z",
    "note": None,
}


def ok(**changes):
    return Draft202012Validator(SCHEMA).is_valid(VALID | changes)


def test_valid_and_open_for_new_states_and_new_fields():
    assert ok()
    assert ok(state="partly_refunded")
    assert ok(gift_wrap=True)


@pytest.mark.parametrize(
    "change",
    [
        {"created_at": "2026-11-25T09:30:00"},
        {"created_at": 1764063000},
        {"total": {"amount_minor": 12.5, "currency": "EUR"}},
        {"total": {"amount_minor": 2**53, "currency": "EUR"}},
        {"total": {"amount_minor": 1250}},
        {"state": "Paid!"},
        {"id": 17},
    ],
)
def test_rejected(change):
    assert not ok(**change)


def test_null_is_a_value_and_absence_is_an_error_for_note():
    assert not Draft202012Validator(SCHEMA).is_valid({k: v for k, v in VALID.items() if k != "note"})
