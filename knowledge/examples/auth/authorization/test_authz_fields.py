from __future__ import annotations

from types import SimpleNamespace

import pytest
from authz_fields import EmployeeChange, FieldForbidden, apply_change, present
from pydantic import ValidationError


def employee(**values) -> SimpleNamespace:
    base = {"id": 1, "name": "Ann", "team": "core", "salary": 90, "home_address": "x", "bank_account": "secret"}
    return SimpleNamespace(**{**base, **values})


def test_new_columns_stay_hidden() -> None:
    assert set(present(employee(), frozenset())) == {"id", "name", "team"}
    private = present(employee(), frozenset({"employee:read_private"}))
    assert private["salary"] == 90 and "bank_account" not in private


def test_privileged_field_is_refused_and_nothing_is_written() -> None:
    target = employee()
    with pytest.raises(FieldForbidden) as refused:
        apply_change(target, EmployeeChange(name="X", salary=1_000), frozenset({"employee:edit"}))
    assert refused.value.args[0] == ["salary"] and (target.name, target.salary) == ("Ann", 90)


def test_allowed_and_state_dependent() -> None:
    both = frozenset({"employee:edit", "employee:edit_salary"})
    target = employee()
    apply_change(target, EmployeeChange(salary=95), both)
    assert target.salary == 95
    with pytest.raises(FieldForbidden):
        apply_change(employee(status="archived"), EmployeeChange(salary=95), both)


def test_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        EmployeeChange.model_validate({"name": "X", "is_admin": True})
    with pytest.raises(ValidationError):
        EmployeeChange.model_validate({"name": None})
    assert EmployeeChange.model_validate({"team": "core"}).model_fields_set == {"team"}
