import logging

import pytest
from fastapi.testclient import TestClient

from access_app import create_app


@pytest.fixture
def client():
    return TestClient(create_app())


def get(client, path, token=None, method="GET"):
    return client.request(method, path, headers={"Authorization": f"Bearer {token}"} if token else {})


def test_no_credentials_401_with_challenge_and_no_error_code(client):
    reply = get(client, "/invoices/i1")
    assert reply.status_code == 401 and reply.headers["www-authenticate"] == 'Bearer realm="invoices"'


def test_bad_token_401_invalid_token(client):
    reply = get(client, "/invoices/i1", "stolen")
    assert reply.status_code == 401 and 'error="invalid_token"' in reply.headers["www-authenticate"]


def test_known_but_not_allowed_403_for_existing_and_missing_alike(client):
    for path in ("/invoices/i1/void", "/invoices/missing/void"):
        reply = get(client, path, "t-ann", "POST")
        assert reply.status_code == 403 and 'error="insufficient_scope"' in reply.headers["www-authenticate"]


def test_other_tenants_object_looks_exactly_like_a_missing_one_and_is_logged(client, caplog):
    with caplog.at_level(logging.WARNING, logger="access"):
        foreign = get(client, "/invoices/i1", "t-bob")
        absent = get(client, "/invoices/i2", "t-bob")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert caplog.text.count("denied:") == 1


def test_owner_reads(client):
    assert get(client, "/invoices/i1", "t-ann").json()["total"] == "12.00"
