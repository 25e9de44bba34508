"""Every route names its permission; a route that names none does not start."""

from __future__ import annotations

from typing import Annotated

from authz_object import Caller, Forbidden, Invoices, NotFound, connect
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts

ROLES = {
    "member": {"invoice:list", "invoice:read", "invoice:cancel"},
    "clerk": {"invoice:list", "invoice:read", "invoice:read_all"},
    "admin": {"invoice:list", "invoice:read", "invoice:read_all", "invoice:cancel", "tenant:settings"},
}
SESSIONS = {  # stands for the verified session or token
    "ann": ("ann", "t1", "member"), "bob": ("bob", "t1", "member"), "cleo": ("cleo", "t1", "clerk"),
    "ada": ("ada", "t1", "admin"), "eve": ("eve", "t2", "admin"),
}


def current_caller(authorization: Annotated[str | None, Header()] = None) -> Caller:
    session = SESSIONS.get((authorization or "").removeprefix("Bearer "))
    if session is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    user, tenant, role = session
    return Caller(user, tenant, frozenset(ROLES[role]))


# region declare
class Requires:
    """A dependency that a test can find on the route: `Depends(Requires("invoice:read"))`."""

    def __init__(self, permission: str):
        self.permission = permission

    def __call__(self, caller: Annotated[Caller, Depends(current_caller)]) -> Caller:
        if self.permission not in caller.permissions:
            raise HTTPException(403)
        return caller


PUBLIC = {("GET", "/health")}


def declared(route) -> list[str]:
    dependant = getattr(route, "dependant", None)  # a mount or a plain Starlette route has none
    return [d.call.permission for d in dependant.dependencies if isinstance(d.call, Requires)] if dependant else []


def endpoints(app: FastAPI):
    for route in iter_route_contexts(app.routes):  # app.routes alone hides what include_router added
        for method in route.methods or {"*"}:  # mounts and WebSockets name no method
            yield method, route.path, declared(route)


def refuse_undeclared(app: FastAPI) -> None:
    """Call it last in create_app: a forgotten check is a failed start, not a breach."""
    for method, path, permissions in endpoints(app):
        if (method, path) not in PUBLIC and not permissions:
            raise RuntimeError(f"{method} {path} names no permission")


# endregion declare


def create_app(extra=None) -> FastAPI:
    app = FastAPI(openapi_url=None)
    db = connect()

    @app.exception_handler(NotFound)
    def not_found(_request: Request, _error: NotFound) -> JSONResponse:
        return JSONResponse({"title": "Not Found"}, 404, media_type="application/problem+json")

    @app.exception_handler(Forbidden)
    def forbidden(_request: Request, _error: Forbidden) -> JSONResponse:
        return JSONResponse({"title": "Forbidden"}, 403, media_type="application/problem+json")

    @app.get("/health")
    def health() -> dict:
        return {"ok": True}

    @app.get("/invoices")
    def list_invoices(caller: Annotated[Caller, Depends(Requires("invoice:list"))]) -> list[dict]:
        return Invoices(db, caller).list()

    @app.get("/invoices/{invoice_id}")
    def read_invoice(invoice_id: int, caller: Annotated[Caller, Depends(Requires("invoice:read"))]) -> dict:
        return Invoices(db, caller).get(invoice_id)

    @app.post("/invoices/{invoice_id}/cancel", status_code=204)
    def cancel_invoice(invoice_id: int, caller: Annotated[Caller, Depends(Requires("invoice:read"))]) -> None:
        Invoices(db, caller).cancel(invoice_id)

    @app.get("/admin/settings")
    def settings(caller: Annotated[Caller, Depends(Requires("tenant:settings"))]) -> dict:
        return {"tenant": caller.tenant_id}

    if extra:
        extra(app)
    refuse_undeclared(app)
    return app
