"""Input and output models with Pydantic 2: nothing unknown in, nothing extra out."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

# region models
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=10_000)  # a typo or "role" is an error


class UserCreate(Input):
    name: Name
    age: Annotated[int, Field(strict=True, ge=0, le=150)]  # "42" and true are not ages
    credit: Annotated[Decimal, Field(max_digits=9, decimal_places=2)]  # send money as a JSON string


class UserUpdate(Input):
    name: Name | None = None
    credit: Annotated[Decimal, Field(max_digits=9, decimal_places=2)] | None = None

    @field_validator("name", "credit")  # every column that is NOT NULL
    @classmethod
    def not_null(cls, value: object) -> object:  # runs only when the member was sent
        if value is None:
            raise ValueError("may be left out, but not null")
        return value


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)  # reads attributes of an ORM row
    id: int
    name: str
    created_at: datetime


def changes(patch: UserUpdate) -> dict:
    return patch.model_dump(exclude_unset=True)  # absent is not the same as null
# endregion


class UserRow:
    """Stands for an ORM entity: it has columns that must never leave."""

    def __init__(self, **columns: object) -> None:
        self.__dict__.update(columns)


# region leak
class LooseUser(BaseModel):  # the default ignores unknown members on the way in
    name: str
    is_admin: bool = False  # one model for input and storage: clients may set this


def create_loosely(body: dict) -> LooseUser:
    return LooseUser.model_validate(body)
# endregion
