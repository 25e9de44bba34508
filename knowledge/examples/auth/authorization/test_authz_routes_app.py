from __future__ import annotations

import asyncio

import httpx
import pytest
from authz_routes_app import PUBLIC, Requires, create_app, endpoints
from fastapi import APIRouter, Depends

# region matrix
#                                          nobody  owner  colleague clerk  admin  other tenant's admin
MATRIX = {
    ("GET", "/health"):                    (200,   200,   200,      200,   200,   200),
    ("GET", "/invoices"):                  (401,   200,   200,      200,   200,   200),
    ("GET", "/invoices/{invoice_id}"):     (401,   200,   404,      200,   200,   404),
    ("POST", "/invoices/{invoice_id}/cancel"): (401, 204, 404,      403,   204,   404),
    ("GET", "/admin/settings"):            (401,   403,   403,      403,   200,   200),
}  # fmt: skip
CALLERS = (None, "ann", "bob", "cleo", "ada", "eve")  # invoice 1 belongs to ann in tenant t1


def test_every_route_is_in_the_matrix() -> None:
    registered = {(method, path) for method, path, _ in endpoints(create_app())}
    assert registered == set(MATRIX)  # a new endpoint fails here until somebody writes its row


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_matrix(method: str, path: str) -> None:
    for caller, expected in zip(CALLERS, MATRIX[method, path], strict=True):
        headers = {"Authorization": f"Bearer {caller}"} if caller else {}
        response = call(create_app(), method, path.replace("{invoice_id}", "1"), headers)
        assert response.status_code == expected, (caller, response.text)


# endregion matrix


def call(app, method: str, url: str, headers: dict[str, str]) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test.example") as client:
            return await client.request(method, url, headers=headers)

    return asyncio.run(run())


def test_a_route_without_a_permission_does_not_start() -> None:
    def forgotten(app) -> None:
        @app.get("/exports/{export_id}")
        def export(export_id: int) -> dict:
            return {"id": export_id}

    with pytest.raises(RuntimeError, match="GET /exports/.* names no permission"):
        create_app(extra=forgotten)


def test_included_routers_mounts_and_websockets_are_seen() -> None:
    guarded = APIRouter(prefix="/reports", dependencies=[Depends(Requires("invoice:read_all"))])
    guarded.add_api_route("/daily", lambda: {})
    app = create_app(lambda app: app.include_router(guarded))
    assert ("GET", "/reports/daily", ["invoice:read_all"]) in list(endpoints(app))
    bare = APIRouter(prefix="/reports")
    bare.add_api_route("/daily", lambda: {})

    async def socket(websocket) -> None: ...

    for forgotten in (
        lambda app: app.include_router(bare),
        lambda app: app.mount("/files", app=socket),
        lambda app: app.add_api_websocket_route("/ws", socket),
    ):
        with pytest.raises(RuntimeError, match="names no permission"):
            create_app(extra=forgotten)


def test_absent_and_foreign_are_indistinguishable() -> None:
    app, eve = create_app(), {"Authorization": "Bearer eve"}
    foreign, absent = call(app, "GET", "/invoices/1", eve), call(app, "GET", "/invoices/999", eve)
    assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)
    drop = {"date"}
    assert {k: v for k, v in foreign.headers.items() if k not in drop} == {
        k: v for k, v in absent.headers.items() if k not in drop
    }


def test_public_list_is_short() -> None:
    assert PUBLIC == {("GET", "/health")}
