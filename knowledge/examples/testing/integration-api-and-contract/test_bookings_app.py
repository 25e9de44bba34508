from collections.abc import Iterator

import pytest
from bookings_app import create_app
from conftest_bookings import SIGNING, bearer
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient


# region in-process
@pytest.fixture
def api() -> Iterator[TestClient]:
    app = create_app(SIGNING.public_key(), store={})  # fresh state for each test
    with TestClient(app) as client:  # "with" runs lifespan: pools open and close as in production
        yield client


def test_create_then_read(api: TestClient) -> None:
    created = api.post("/bookings", json={"room": "204", "nights": 2}, headers=bearer("ann"))
    assert created.status_code == 201
    assert created.headers["location"] == f"/bookings/{created.json()['id']}"

    read = api.get(created.headers["location"], headers=bearer("ann"))
    assert read.json() == {"id": created.json()["id"], "owner": "ann", "room": "204", "nights": 2}


@pytest.mark.parametrize("body", [{}, {"room": "", "nights": 1}, {"room": "204", "nights": 31}, {"room": "204", "nights": "x"}])
def test_invalid_bodies_are_refused(api: TestClient, body: dict) -> None:
    assert api.post("/bookings", json=body, headers=bearer("ann")).status_code == 422
# endregion in-process


# region auth
REFUSED = {  # minted when the test runs: one made at import may expire first and be refused for that
    "no header": lambda: {},
    "wrong scheme": lambda: {"Authorization": "Basic YW5uOng="},
    "expired": lambda: bearer("ann", exp=1),
    "no expiry": lambda: bearer("ann", exp=None),
    "for another API": lambda: bearer("ann", aud="https://billing.example.com"),
    "another issuer": lambda: bearer("ann", iss="https://evil.example"),
    "signed by somebody else": lambda: bearer("ann", key=ec.generate_private_key(ec.SECP256R1())),
}


@pytest.mark.parametrize("credentials", REFUSED.values(), ids=REFUSED)
def test_bad_credentials_are_401(api: TestClient, credentials) -> None:
    response = api.post("/bookings", json={"room": "204", "nights": 1}, headers=credentials())
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_scope_and_owner(api: TestClient) -> None:
    body = {"room": "204", "nights": 1}
    assert api.post("/bookings", json=body, headers=bearer("ann", scope="bookings:read")).status_code == 403
    location = api.post("/bookings", json=body, headers=bearer("ann")).headers["location"]
    assert api.get(location, headers=bearer("bob")).status_code == 404  # exists, but not for bob
# endregion auth


# region override
def forgetful_app() -> FastAPI:
    app = create_app(SIGNING.public_key(), store={})
    app.get("/exports")(lambda: "every booking of every guest")  # nobody added the dependency
    return app


def test_overriding_the_user_hides_the_forgotten_check() -> None:
    app = forgetful_app()
    app.dependency_overrides[app.state.caller] = lambda: {"sub": "ann", "scope": "bookings:write"}
    assert TestClient(app).get("/exports").status_code == 200  # green, and the hole is invisible

    app.dependency_overrides.clear()
    assert TestClient(app).get("/exports").status_code == 200  # without a token: this is the bug
# endregion override


def test_a_sweep_without_token_finds_the_hole() -> None:
    open_routes = []
    for app in (create_app(SIGNING.public_key(), {}), forgetful_app()):
        for path, operations in app.openapi()["paths"].items():
            for method in operations:
                if TestClient(app).request(method, path.replace("{booking_id}", "1")).status_code != 401:
                    open_routes.append(f"{method} {path}")
    assert open_routes == ["get /exports"]
