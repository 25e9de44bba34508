import pytest
from pydantic import ValidationError

from null_or_absent import ProfilePatch, apply, apply_wrong

BEFORE = {"name": "Ada", "nickname": "ace", "birthday": "1990-01-02"}


def test_absent_keeps_null_removes():
    assert apply(BEFORE, ProfilePatch.model_validate_json('{"nickname": null}')) == {
        "name": "Ada",
        "birthday": "1990-01-02",
    }
    assert apply(BEFORE, ProfilePatch.model_validate_json("{}")) == BEFORE


def test_null_for_a_required_field_is_an_error():
    with pytest.raises(ValidationError):
        ProfilePatch.model_validate_json('{"name": null}')


def test_the_common_shortcut_cannot_clear_a_value_and_blanks_the_name():
    wrong = apply_wrong(BEFORE, ProfilePatch.model_validate_json('{"nickname": null}'))
    assert wrong["nickname"] == "ace"
    assert wrong["name"] == ""
