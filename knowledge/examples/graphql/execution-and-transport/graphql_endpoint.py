"""GraphQL over HTTP as a function of the request: statuses of the draft of August 2026, CSRF gate, no mutations by GET."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from graphql import GraphQLError, GraphQLSchema, OperationType, execute, get_operation_ast, parse, validate

GRAPHQL = "application/graphql-response+json"


@dataclass
class Request:
    method: str
    headers: dict[str, str] = field(default_factory=dict)  # lower-case names
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Reply:
    status: int
    body: dict | None = None
    headers: dict[str, str] = field(default_factory=dict)


# region gate
SIMPLE = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def refuse_simple_request(request: Request) -> Reply | None:
    """Run nothing that a browser would send across sites without asking first (a preflight)."""
    if request.headers.get("graphql-require-preflight"):
        return None  # a custom header forces a preflight, whatever the content type
    if request.method == "POST" and media_type(request) in SIMPLE | {""}:
        return Reply(415, {"errors": [{"message": "Send Content-Type: application/json"}]})
    if request.method == "GET":
        return Reply(403, {"errors": [{"message": "Send GraphQL-Require-Preflight: 1"}]})
    return None


# endregion


# region status
def run(schema: GraphQLSchema, request: Request, context: dict) -> tuple[int, dict]:
    try:
        params = request.query if request.method == "GET" else json.loads(request.body)
        if request.method == "GET" and params.get("variables"):
            params = {**params, "variables": json.loads(params["variables"])}
    except ValueError:
        return 400, failed("The body is not JSON")
    if not isinstance(params, dict) or not isinstance(params.get("query"), str):
        return 422, failed("query must be a string")
    variables = params.get("variables") or {}
    if not isinstance(variables, dict):
        return 422, failed("variables must be an object")
    try:
        document = parse(params["query"], max_lexical_tokens=2_000)
    except GraphQLError as error:
        return 400, failed(error)
    if problems := validate(schema, document, max_errors=20):
        return 422, failed(*problems)
    operation = get_operation_ast(document, params.get("operationName") or None)
    if operation is None:
        return 422, failed("operationName does not select exactly one operation")
    if request.method == "GET" and operation.operation is not OperationType.QUERY:
        return 405, failed("Only queries may be sent by GET")
    result = execute(schema, document, None, context, variables, params.get("operationName") or None)
    if result.errors and result.data is None and all(e.path is None for e in result.errors):
        return 422, failed(*result.errors)  # variables did not fit: no field was executed
    return (294 if result.errors else 200), result.formatted


def failed(*errors: GraphQLError | str) -> dict:
    """A request error: no "data" entry at all, not even null."""
    return {"errors": [e.formatted if isinstance(e, GraphQLError) else {"message": e} for e in errors]}


# endregion


# region reply
def handle(schema: GraphQLSchema, request: Request, context: dict, *, use_294: bool = True) -> Reply:
    if request.method not in {"GET", "POST"}:
        return Reply(405, headers={"allow": "GET, POST"})
    accept = request.headers.get("accept", "*/*")
    legacy = GRAPHQL not in accept and "*/*" not in accept
    if legacy and "application/json" not in accept:
        return Reply(406)
    refusal = refuse_simple_request(request)
    if refusal:
        return refusal
    if request.method == "POST" and media_type(request) != "application/json":
        return Reply(415)
    status, body = run(schema, request, context)
    if status == 294 and not use_294:
        status = 200  # for gateways and clients that trip over an unregistered code
    headers = {"content-type": "application/json" if legacy and status < 300 else GRAPHQL}
    if status == 405:
        headers["allow"] = "POST"
    return Reply(status, body, headers)


# endregion
