import asyncio
from collections.abc import Iterator

import httpx
import jwt
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from fastapi_orders import Base, Caller, create_app, get_caller
from sqlalchemy.ext.asyncio import create_async_engine

KEY = "test-key-test-key-test-key-test-key"


def validate(token: str) -> dict:
    return jwt.decode(token, KEY, algorithms=["HS256"], audience="orders", options={"require": ["exp", "sub", "aud"]})


def token(sub: str = "alice", scope: str = "orders:read orders:write", key: str = KEY, exp: int = 4_102_444_800, aud: str = "orders") -> dict:
    return {"Authorization": "Bearer " + jwt.encode({"sub": sub, "scope": scope, "exp": exp, "aud": aud}, key, "HS256")}


async def create_tables(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


# region fixture
@pytest.fixture
def app(tmp_path) -> FastAPI:
    url = f"sqlite+aiosqlite:///{tmp_path}/orders.db"
    asyncio.run(create_tables(url))
    return create_app(url, validate)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:  # `with` runs the lifespan; without it request.state is empty
        yield client


ORDER = {"sku": "A-1", "quantity": 2, "reference": "ref-00001"}


def test_create_read_and_foreign_order(client: TestClient) -> None:
    made = client.post("/orders", json=ORDER, headers=token())
    assert made.status_code == 201 and set(made.json()) == {"id", "sku", "quantity", "created_at"}
    assert client.get(made.headers["location"], headers=token()).status_code == 200
    assert client.get(made.headers["location"], headers=token("bob")).status_code == 404


def test_override_replaces_the_caller(app: FastAPI, client: TestClient) -> None:
    app.dependency_overrides[get_caller] = lambda: Caller(subject="eve", scopes=frozenset())
    assert client.post("/orders", json=ORDER).status_code == 201
    app.dependency_overrides.clear()  # or the next test is logged in as eve
    assert client.post("/orders", json=ORDER).status_code == 401
# endregion


def test_401_and_403(client: TestClient) -> None:
    none = client.get("/orders/1")
    assert (none.status_code, none.headers["www-authenticate"]) == (401, "Bearer")
    for bad in (token(key="x" * 40), token(exp=1), token(aud="billing"), {"Authorization": "Bearer nonsense"}):
        reply = client.get("/orders/1", headers=bad)
        assert reply.status_code == 401 and 'error="invalid_token"' in reply.headers["www-authenticate"]
    reader = client.post("/orders", json=ORDER, headers=token(scope="orders:read"))
    assert reader.status_code == 403 and 'scope="orders:write"' in reader.headers["www-authenticate"]
    assert reader.headers["content-type"] == "application/problem+json"


def test_an_outage_of_the_key_endpoint_is_503_and_not_401(app: FastAPI, client: TestClient) -> None:
    def down(sent: str) -> dict:
        raise jwt.PyJWKClientConnectionError("timed out")

    app.state.validate = down
    reply = client.get("/orders/1", headers=token())
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


def test_invalid_input_is_problem_json_without_the_input(client: TestClient) -> None:
    reply = client.post("/orders", json=ORDER | {"owner": "bob", "quantity": "hunter2"}, headers=token())
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert {error["pointer"] for error in reply.json()["errors"]} == {"#/owner", "#/quantity"}
    assert "hunter2" not in reply.text
    broken = client.post("/orders", content=b'{"sku":', headers=token() | {"Content-Type": "application/json"})
    assert broken.status_code == 400 and "errors" not in broken.json() and broken.json()["title"] == "Bad Request"
    for path, method, status in (("/nothing", "GET", 404), ("/orders", "PUT", 405)):
        reply = client.request(method, path, headers=token())
        assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    big = client.post("/orders", json=ORDER | {"sku": "x" * 200_000}, headers=token())
    assert big.status_code == 413


def test_conflict_rolls_back_and_patch_commits(client: TestClient) -> None:
    made = client.post("/orders", json=ORDER, headers=token())
    again = client.post("/orders", json=ORDER, headers=token())
    assert again.status_code == 409 and again.json()["detail"] == "This reference is used already"
    patched = client.patch(made.headers["location"], json={"quantity": 9}, headers=token())
    assert patched.json()["quantity"] == 9
    assert client.get(made.headers["location"], headers=token()).json()["quantity"] == 9
    assert client.patch(made.headers["location"], json={}, headers=token()).json()["quantity"] == 9


# region async_client
def test_concurrent_creates_with_one_reference_leave_one_order(app: FastAPI) -> None:
    async def main() -> list[int]:
        async with app.router.lifespan_context(app) as state:  # AsyncClient does not run the lifespan
            async def with_state(scope, receive, send) -> None:
                await app(scope | {"state": dict(state)}, receive, send)

            transport = httpx.ASGITransport(with_state)
            async with httpx.AsyncClient(transport=transport, base_url="http://orders.example") as client:
                calls = (client.post("/orders", json=ORDER, headers=token()) for _ in range(5))
                return [reply.status_code for reply in await asyncio.gather(*calls)]

    assert sorted(asyncio.run(main())) == [201, 409, 409, 409, 409]
# endregion


def test_a_wrong_database_stops_the_start(tmp_path) -> None:
    broken = create_app(f"sqlite+aiosqlite:///{tmp_path}/missing/orders.db", validate)
    with pytest.raises(Exception, match="unable to open"), TestClient(broken):
        pass
