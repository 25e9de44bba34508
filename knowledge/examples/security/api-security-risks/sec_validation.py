"""Validation by allowlist: shape, range, relation; canonical form first."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


# region schema
def canonical(value: object) -> object:
    """Normalise once, before any check; afterwards nothing decodes or normalises again."""
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def printable(value: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\u200c\u200d" for c in value):  # joiners: Persian names
        raise ValueError("control or invisible characters")
    return value


Name = Annotated[str, BeforeValidator(canonical), Field(min_length=1, max_length=100), AfterValidator(printable)]


class Booking(BaseModel):
    model_config = ConfigDict(extra="forbid")
    guest: Name  # O'Brien and 王 are names: no character allowlist for free text
    room: Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{3}$")]
    arrival: date
    departure: date
    guests: Annotated[int, Field(strict=True, ge=1, le=6)]
    currency: Literal["EUR", "CHF", "USD"]
    deposit: Annotated[Decimal, Field(ge=0, le=10_000, max_digits=7, decimal_places=2)]

    @model_validator(mode="after")
    def consistent(self) -> Booking:
        if not 1 <= (self.departure - self.arrival).days <= 90:
            raise ValueError("departure must be 1 to 90 days after arrival")
        return self


# endregion schema
