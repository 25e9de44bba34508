import json

from flask import Flask, Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

# region errors
PROBLEM = "application/problem+json"


class DomainError(Exception):
    status, kind = 409, "conflict"


def init_app(app: Flask) -> None:
    @app.errorhandler(HTTPException)  # abort(), unknown routes, bad JSON, and every unexpected exception as a 500
    def http_error(error: HTTPException) -> Response:
        response = error.get_response()  # keeps Allow, Retry-After, WWW-Authenticate
        detail = None if error.code == 500 else error.description
        response.data = body(error.code, error.name, detail=detail)
        response.content_type = PROBLEM
        return response

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Response:
        return Response(body(error.status, error.kind, detail=str(error)), error.status, content_type=PROBLEM)

    @app.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> Response:
        errors = [
            {"pointer": "".join(f"/{part}" for part in e["loc"]), "detail": e["msg"]}
            for e in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        return Response(body(422, "invalid input", errors=errors), 422, content_type=PROBLEM)


def body(status: int | None, title: str, **extra: object) -> str:
    return json.dumps({"status": status, "title": title} | {k: v for k, v in extra.items() if v is not None})
# endregion
