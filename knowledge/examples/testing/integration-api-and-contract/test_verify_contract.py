import json
from pathlib import Path

import pytest
from bookings_app import Booking, create_app
from conftest_bookings import SIGNING, bearer
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from verify_contract import verify

CONTRACT = json.loads(Path(__file__).with_name("booking_contract.json").read_text())


def provider_for(state: str) -> TestClient:
    store = {"no bookings": {}, "booking 1 of ann exists": {1: Booking(id=1, owner="ann", room="204", nights=2)}}[state]
    return TestClient(create_app(SIGNING.public_key(), store), headers=bearer("ann"))


def test_the_provider_honours_its_consumer() -> None:
    assert verify(CONTRACT, provider_for) == []


@pytest.mark.parametrize(
    ("body", "harmless"),
    [
        ({"id": 1, "nights": 2, "breakfast": True}, True),  # a new field breaks nobody
        ({"id": 1, "room": "9"}, False),  # a removed field does
        ({"id": "1", "nights": 2}, False),  # so does another type
    ],
)
def test_only_changes_the_consumer_feels_are_reported(body: dict, harmless: bool) -> None:
    def changed(state: str) -> TestClient:
        client = provider_for(state)
        if state != "no bookings":
            client.app.router.routes.insert(0, _route(body))
        return client

    assert (verify(CONTRACT, changed) == []) is harmless


def _route(body: dict):
    from starlette.routing import Route

    return Route("/bookings/1", lambda request: JSONResponse(body))
