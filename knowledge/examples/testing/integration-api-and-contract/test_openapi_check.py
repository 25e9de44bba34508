import copy

import pytest
from bookings_app import create_app
from conftest_bookings import SIGNING, bearer
from fastapi.testclient import TestClient
from openapi_check import broken_promises

APP = create_app(SIGNING.public_key(), store={})
API = TestClient(APP)
DOCUMENT = APP.openapi()
CREATE = {"room": "204", "nights": 2}


def test_real_responses_keep_the_promises() -> None:
    for body, status in [(CREATE, 201), ({}, 422)]:
        response = API.post("/bookings", json=body, headers=bearer("ann"))
        assert response.status_code == status
        assert broken_promises(DOCUMENT, "POST", "/bookings", response) == []


def test_a_documented_range_covers_its_statuses() -> None:
    document = copy.deepcopy(DOCUMENT)
    responses = document["paths"]["/bookings"]["post"]["responses"]
    responses["2XX"] = responses.pop("201")
    response = API.post("/bookings", json=CREATE, headers=bearer("ann"))
    assert broken_promises(document, "POST", "/bookings", response) == []


def drop_status(document: dict) -> None:
    del document["paths"]["/bookings"]["post"]["responses"]["201"]


def stricter_field(document: dict) -> None:
    document["components"]["schemas"]["Booking"]["properties"]["nights"]["type"] = "string"


def new_required_field(document: dict) -> None:
    document["components"]["schemas"]["Booking"]["required"].append("price")


def other_media_type(document: dict) -> None:
    content = document["paths"]["/bookings"]["post"]["responses"]["201"]["content"]
    content["application/xml"] = content.pop("application/json")


@pytest.mark.parametrize("drift", [drop_status, stricter_field, new_required_field, other_media_type])
def test_drift_between_document_and_code_is_seen(drift) -> None:
    document = copy.deepcopy(DOCUMENT)
    drift(document)
    assert broken_promises(document, "POST", "/bookings", API.post("/bookings", json=CREATE, headers=bearer("ann")))
