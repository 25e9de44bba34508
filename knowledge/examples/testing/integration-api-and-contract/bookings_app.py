"""A small API with real token checks, built by a factory so that every test gets a fresh one."""

from itertools import count
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, Field

ISSUER, AUDIENCE = "https://id.example.com", "https://bookings.example.com"


class NewBooking(BaseModel):
    room: str = Field(min_length=1, max_length=20)
    nights: int = Field(ge=1, le=30)


class Booking(NewBooking):
    id: int
    owner: str


# region factory
def create_app(public_key, store: dict[int, Booking]) -> FastAPI:
    """Everything a test wants to replace is a parameter: key, storage. Nothing is read at import."""
    app = FastAPI(title="Bookings")
    ids = count(1)

    def caller(authorization: Annotated[str, Header()] = "") -> dict:
        scheme, _, token = authorization.partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise jwt.InvalidTokenError
            return jwt.decode(token, public_key, ["ES256"], audience=AUDIENCE, issuer=ISSUER,
                              options={"require": ["exp", "sub"]})  # fmt: skip
        except jwt.InvalidTokenError:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from None

    @app.post("/bookings", status_code=201, responses={400: {}, 401: {}, 403: {}})
    def create(new: NewBooking, claims: Annotated[dict, Depends(caller)], response: Response) -> Booking:
        if "bookings:write" not in claims.get("scope", "").split():
            raise HTTPException(403)
        booking = Booking(id=next(ids), owner=claims["sub"], **new.model_dump())
        store[booking.id] = booking
        response.headers["Location"] = f"/bookings/{booking.id}"
        return booking

    @app.get("/bookings/{booking_id}", responses={401: {}, 404: {}})
    def read(booking_id: int, claims: Annotated[dict, Depends(caller)]) -> Booking:
        booking = store.get(booking_id)
        if booking is None or booking.owner != claims["sub"]:
            raise HTTPException(404)
        return booking

    app.state.caller = caller  # for the test that shows what overriding hides
    return app
# endregion factory
