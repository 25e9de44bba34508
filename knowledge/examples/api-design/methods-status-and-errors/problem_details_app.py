"""Problem details (RFC 9457) for a FastAPI service: one shape for every error, stable codes, nothing internal in a 500."""

import logging
import uuid
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

log = logging.getLogger("orders")

# region problem
TYPES = "https://api.example.com/problems/"


class Problem(Exception):
    """An error the caller can act on. `slug` is the contract: it never changes once published."""

    def __init__(self, status, slug, title, detail=None, headers=None, **extensions):
        super().__init__(detail or title)
        self.status, self.headers = status, headers
        self.body = {"type": TYPES + slug, "title": title, "status": status, **extensions}
        if detail:
            self.body["detail"] = detail


def problem_response(problem):
    return JSONResponse(
        problem.body, problem.status, headers=problem.headers, media_type="application/problem+json"
    )


def install_problem_handlers(app):
    @app.exception_handler(Problem)
    async def known(request: Request, exc: Problem):
        return problem_response(exc)

    @app.exception_handler(HTTPException)  # unknown routes, 405, and anything raised by libraries
    async def plain(request: Request, exc: HTTPException):
        title = HTTPStatus(exc.status_code).phrase
        body = {"type": "about:blank", "title": title, "status": exc.status_code}
        return JSONResponse(body, exc.status_code, exc.headers, "application/problem+json")

    @app.exception_handler(Exception)
    async def unexpected(request: Request, exc: Exception):
        incident = f"urn:uuid:{uuid.uuid4()}"  # in the log and in the reply, and nothing else in the reply
        log.error("unhandled error %s on %s", incident, request.url.path, exc_info=exc)
        body = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
        return JSONResponse(body | {"instance": incident}, 500, media_type="application/problem+json")


# endregion


# region field-errors
CODES = {  # library error types and texts are not a contract: map them to words you own
    "missing": ("required", "is required"),
    "string_too_short": ("too_short", "needs at least {min_length} characters"),
    "string_pattern_mismatch": ("invalid_format", "has the wrong format"),
    "greater_than_equal": ("too_small", "must be at least {ge}"),
    "less_than_equal": ("too_large", "must be at most {le}"),
    "extra_forbidden": ("unknown_field", "is not a known field"),
}


def pointer(path):
    """JSON Pointer as a URI fragment: escape ~ and / first, then percent-encode."""
    parts = (str(p).replace("~", "~0").replace("/", "~1") for p in path)
    return "#" + "".join("/" + quote(p, safe="~!$&'()*+,;=:@") for p in parts)


def field_error(error):
    source, *path = error["loc"]
    where = {"pointer": pointer(path)} if source == "body" else {"parameter": str(path[-1]), "in": source}
    code, text = CODES.get(error["type"], ("invalid", "is not valid"))
    ctx = error.get("ctx", {})
    limit = {"limit": v for k, v in ctx.items() if k in ("ge", "le", "min_length")}
    return where | limit | {"code": code, "detail": text.format_map(ctx)}  # never error["input"]


def install_validation_handler(app):
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError):
        errors = exc.errors()
        if any(e["type"] == "json_invalid" for e in errors):
            return problem_response(Problem(400, "malformed-json", "The body is not valid JSON."))
        return problem_response(
            Problem(
                422,
                "validation-error",
                "The request has invalid fields.",
                errors=[field_error(e) for e in errors[:50]],
            )
        )


# endregion


class Line(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{3}-\d{4}$")
    quantity: int = Field(ge=1, le=100)


class NewOrder(BaseModel, extra="forbid"):
    lines: list[Line]
    note: str = Field(default="", max_length=200)


def create_app():
    app = FastAPI()
    install_problem_handlers(app)
    install_validation_handler(app)

    @app.post("/orders", status_code=201)
    def create_order(order: NewOrder):
        if order.note == "crash":
            raise RuntimeError("password=hunter2 at db-7.internal.example")
        if order.note == "expensive":
            raise Problem(
                403, "out-of-credit", "You do not have enough credit.", "Balance is 30, price is 50.", balance=30
            )
        return {"lines": len(order.lines)}

    @app.get("/orders")
    def list_orders(limit: int = 50):
        return {"limit": limit}

    return app


def create_leaky_app():
    """What debug handlers do: the exception text goes to the caller."""
    app = FastAPI()

    @app.exception_handler(Exception)
    async def leak(request: Request, exc: Exception):
        return JSONResponse({"error": repr(exc)}, 500)

    @app.get("/orders")
    def list_orders():
        raise RuntimeError("password=hunter2 at db-7.internal.example")

    return app
