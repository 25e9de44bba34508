import logging

import pytest
from fastapi.testclient import TestClient

from problem_details_app import create_app, create_leaky_app, pointer

LINE = {"sku": "ABC-1234", "quantity": 2}


@pytest.fixture
def client():
    return TestClient(create_app(), raise_server_exceptions=False)


def test_field_errors_carry_pointer_and_own_code(client):
    reply = client.post("/orders", json={"lines": [LINE, {"sku": "nope", "quantity": 0}], "colour": "red"})
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert body["type"] == "https://api.example.com/problems/validation-error"
    assert body["status"] == 422
    assert {(e["pointer"], e["code"]) for e in body["errors"]} == {
        ("#/lines/1/sku", "invalid_format"),
        ("#/lines/1/quantity", "too_small"),
        ("#/colour", "unknown_field"),
    }
    assert "nope" not in reply.text and "pattern" not in reply.text  # neither the input nor the library's words
    assert [e["detail"] for e in body["errors"] if e["code"] == "too_small"] == ["must be at least 1"]
    assert [e.get("limit") for e in body["errors"] if e["code"] == "too_small"] == [1]


def test_query_parameter_is_named_as_parameter(client):
    error = client.get("/orders?limit=many").json()["errors"][0]
    assert (error["parameter"], error["in"], error["code"]) == ("limit", "query", "invalid")


def test_broken_json_is_400_and_not_422(client):
    reply = client.post("/orders", content=b'{"lines": [', headers={"content-type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["type"].endswith("/malformed-json")


def test_business_problem_has_extension(client):
    reply = client.post("/orders", json={"lines": [LINE], "note": "expensive"})
    assert reply.status_code == 403 and reply.json()["balance"] == 30


def test_framework_errors_have_the_same_shape(client):
    reply = client.delete("/orders")
    assert reply.status_code == 405 and reply.headers["allow"] == "POST"  # the first route of the path only: GET is missing
    assert reply.headers["content-type"] == "application/problem+json"
    assert client.get("/nowhere").json() == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_unexpected_error_is_logged_and_not_shown(client, caplog):
    with caplog.at_level(logging.ERROR, logger="orders"):
        reply = client.post("/orders", json={"lines": [LINE], "note": "crash"})
    assert reply.status_code == 500
    assert "hunter2" not in reply.text and "Traceback" not in reply.text
    assert reply.json()["instance"] in caplog.text and "hunter2" in caplog.text


def test_leaky_handler_shows_what_it_should_not():
    reply = TestClient(create_leaky_app(), raise_server_exceptions=False).get("/orders")
    assert "hunter2" in reply.text


def test_pointer_escapes():
    assert pointer(["a/b", "m~n", 0, "x y"]) == "#/a~1b/m~0n/0/x%20y"
