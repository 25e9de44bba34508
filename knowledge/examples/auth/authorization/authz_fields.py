"""Field-level rules: one model per audience on the way out, one allowlist per role and state on the way in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


# region read
class EmployeeForColleague(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    team: str


class EmployeeForHr(EmployeeForColleague):
    salary: int
    home_address: str


def present(employee: object, permissions: frozenset[str]) -> dict:
    """Fields are chosen, never removed: a new column stays hidden until a model names it."""
    model = EmployeeForHr if "employee:read_private" in permissions else EmployeeForColleague
    return model.model_validate(employee).model_dump()


# endregion read


# region write
class EmployeeChange(BaseModel):
    model_config = ConfigDict(extra="forbid")  # an unknown field is a 422, not a silent write
    name: str = Field("", min_length=1, max_length=100)  # a default makes a field optional; null stays an error
    team: str = ""
    salary: int = Field(0, ge=0)


WRITABLE = {  # permission -> fields it opens
    "employee:edit": {"name", "team"},
    "employee:edit_salary": {"salary"},
}


class FieldForbidden(Exception):
    """403 with the field names."""


def apply_change(employee: object, change: EmployeeChange, permissions: frozenset[str]) -> None:
    sent = change.model_fields_set  # what the client sent, not what has a default
    allowed = set().union(*(fields for name, fields in WRITABLE.items() if name in permissions))
    if getattr(employee, "status", "active") == "archived":
        allowed -= {"salary"}  # the rule may depend on the object's state
    if refused := sent - allowed:
        raise FieldForbidden(sorted(refused))  # all or nothing: no partial write
    for field in sent:
        setattr(employee, field, getattr(change, field))


# endregion write
