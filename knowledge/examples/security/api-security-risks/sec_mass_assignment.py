"""Mass assignment: a profile update that also writes is_admin, and one that cannot."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


@dataclass
class User:
    id: int
    name: str
    locale: str
    is_admin: bool = False
    credit: int = 0


# region vulnerable
def update_profile_vulnerable(user: User, body: dict) -> None:
    for field, value in body.items():  # also User(**body), Object.assign(user, req.body), $user->update($request->all())
        setattr(user, field, value)


# endregion vulnerable


# region fixed
class ProfileChange(BaseModel):
    """Only what this operation may write. It is not derived from the entity."""

    model_config = ConfigDict(extra="forbid", strict=True)
    name: str | None = Field(None, min_length=1, max_length=100)
    locale: str | None = Field(None, pattern=r"^[a-z]{2}(-[A-Z]{2})?$")


def update_profile(user: User, body: dict) -> None:
    change = ProfileChange.model_validate(body)  # an unknown field is a 422 that names it
    for field, value in change.model_dump(exclude_unset=True).items():
        if value is None:
            raise ValueError(f"{field} cannot be null")
        setattr(user, field, value)


# endregion fixed
