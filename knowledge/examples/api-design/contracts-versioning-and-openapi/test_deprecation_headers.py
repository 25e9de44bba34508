from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from deprecation_headers import Deprecated

SINCE, SUNSET = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
DOCS = "https://docs.example.com/v1-end"


def client_at(moment, seen):
    app = FastAPI()
    for version in ("v1", "v2"):
        app.get(f"/{version}/notes")(lambda: [])
    wrapped = Deprecated(app, "/v1/", SINCE, SUNSET, DOCS, lambda *call: seen.update([call]), lambda: moment)
    return TestClient(wrapped)


def test_before_sunset_it_works_and_says_so():
    seen = Counter()
    reply = client_at(datetime(2026, 11, 25, tzinfo=UTC), seen).get("/v1/notes")
    assert reply.status_code == 200
    assert reply.headers["deprecation"] == "@1767225600"
    assert parsedate_to_datetime(reply.headers["sunset"]) == SUNSET
    assert reply.headers["sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in reply.headers["link"]
    assert seen == {("unknown", "GET", "/v1/notes"): 1}


def test_after_sunset_410_with_the_way_out():
    reply = client_at(SUNSET, Counter()).get("/v1/notes")
    assert reply.status_code == 410 and reply.headers["content-type"] == "application/problem+json"
    assert DOCS in reply.headers["link"]


def test_the_new_version_is_untouched():
    seen = Counter()
    reply = client_at(SUNSET, seen).get("/v2/notes")
    assert reply.status_code == 200 and "sunset" not in reply.headers and not seen


def test_sunset_before_deprecation_is_refused():
    with pytest.raises(ValueError, match="earlier"):
        Deprecated(None, "/v1/", SUNSET, SINCE, DOCS, None)
