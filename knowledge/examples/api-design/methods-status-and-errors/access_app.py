"""401, 403 and 404: who you are, what you may do, and what you may know about."""

import logging

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

log = logging.getLogger("access")

TOKENS = {
    "t-ann": {"tenant": "acme", "scopes": {"invoices:read"}},
    "t-bob": {"tenant": "globex", "scopes": {"invoices:read", "invoices:void"}},
}
INVOICES = {"i1": {"id": "i1", "tenant": "acme", "total": "12.00"}}


# region order-of-checks
class Denied(Exception):
    def __init__(self, status, title, challenge=None):
        self.status, self.title = status, title
        self.headers = {"WWW-Authenticate": challenge} if challenge else None


def caller(request: Request):
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Denied(401, "Authentication required", 'Bearer realm="invoices"')
    if token not in TOKENS:
        raise Denied(401, "Invalid token", 'Bearer realm="invoices", error="invalid_token"')
    return TOKENS[token]


def needs(scope):
    def check(who=Depends(caller)):
        if scope not in who["scopes"]:  # decided from the route, before any lookup: reveals nothing about objects
            challenge = f'Bearer realm="invoices", error="insufficient_scope", scope="{scope}"'
            raise Denied(403, "Missing permission", challenge)
        return who

    return check


def visible_invoice(invoice_id, who):
    invoice = INVOICES.get(invoice_id)
    if invoice is None or invoice["tenant"] != who["tenant"]:
        if invoice is not None:
            log.warning("denied: tenant %s asked for invoice %s of another tenant", who["tenant"], invoice_id)
        raise Denied(404, "No such invoice")  # the same body for "absent" and "not yours"
    return invoice


# endregion


def create_app():
    app = FastAPI()

    @app.exception_handler(Denied)
    async def denied(request, exc):
        body = {"type": "about:blank", "title": exc.title, "status": exc.status}
        return JSONResponse(body, exc.status, exc.headers, "application/problem+json")

    @app.get("/invoices/{invoice_id}")
    def read(invoice_id: str, who=Depends(needs("invoices:read"))):
        return visible_invoice(invoice_id, who)

    @app.post("/invoices/{invoice_id}/void", status_code=204)
    def void(invoice_id: str, who=Depends(needs("invoices:void"))):
        visible_invoice(invoice_id, who)

    return app
