from datetime import UTC, datetime
from decimal import Decimal

import pytest
from boundary_models import UserCreate, UserOut, UserRow, UserUpdate, changes, create_loosely
from pydantic import ValidationError

GOOD = {"name": "  Ada ", "age": 42, "credit": "10.50"}


def test_the_attack_works_on_one_model_for_everything_and_fails_on_the_input_model() -> None:
    assert create_loosely({"name": "Eve", "is_admin": True}).is_admin is True
    with pytest.raises(ValidationError) as caught:
        UserCreate.model_validate(GOOD | {"is_admin": True})
    assert caught.value.errors()[0]["type"] == "extra_forbidden"


def test_input_is_cleaned_and_strict_where_it_matters() -> None:
    user = UserCreate.model_validate(GOOD)
    assert (user.name, user.credit) == ("Ada", Decimal("10.50"))
    for age in ("42", True, 200):
        with pytest.raises(ValidationError):
            UserCreate.model_validate(GOOD | {"age": age})
    with pytest.raises(ValidationError):
        UserCreate.model_validate(GOOD | {"credit": "10.505"})


def test_output_has_the_named_fields_only() -> None:
    row = UserRow(id=1, name="Ada", created_at=datetime(2026, 1, 1, tzinfo=UTC), password_hash="x", is_admin=True)
    assert UserOut.model_validate(row).model_dump(mode="json") == {"id": 1, "name": "Ada", "created_at": "2026-01-01T00:00:00Z"}


def test_absent_and_null_differ_in_a_patch() -> None:
    assert changes(UserUpdate.model_validate({"credit": "1.50"})) == {"credit": Decimal("1.50")}
    assert changes(UserUpdate.model_validate({})) == {}
    with pytest.raises(ValidationError, match="not null"):
        UserUpdate.model_validate({"credit": None})
    with pytest.raises(ValidationError, match="not null"):
        UserUpdate.model_validate({"name": None})


def test_error_details_can_carry_the_input() -> None:
    with pytest.raises(ValidationError) as caught:
        UserCreate.model_validate(GOOD | {"age": "secret"})
    assert "secret" in str(caught.value.errors())
    assert "secret" not in str(caught.value.errors(include_input=False, include_url=False))
