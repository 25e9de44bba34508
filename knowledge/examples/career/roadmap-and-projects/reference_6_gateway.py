"""Reference for project 6: the three services are functions here, to prove the acceptance test without containers."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from graphql import GraphQLError, build_schema, execute, parse, validate
from graphql.language import FieldNode, OperationDefinitionNode, SelectionSetNode
from pydantic import BaseModel

BREAK = os.environ.get("BREAK", "")
PRODUCTS = {str(n): {"id": str(n), "name": f"Product {n}", "related": [str(n % 50 + 1)]} for n in range(1, 51)}
faults: dict[str, str] = {}
app = FastAPI()
schema = build_schema("""
type Query { product(id: ID!): Product  products(first: Int = 20): [Product!]! }
type Product { id: ID!  name: String!  stock: Int  reviews(first: Int = 10): [Review!]  related: [Product!]! }
type Review { rating: Int! }
""")


class Context:
    def __init__(self) -> None:
        self.calls = 0
        self.stock = Batch(self.upstream("inventory", lambda keys: {k: int(k) * 3 for k in keys}))
        self.reviews = Batch(self.upstream("reviews", lambda keys: {k: [{"rating": 5}, {"rating": 3}] for k in keys}))
        self.catalogue = Batch(self.upstream("catalogue", lambda keys: {k: PRODUCTS.get(k) for k in keys}))

    def upstream(self, service: str, answer: Callable[[list[str]], dict]) -> Callable[[list[str]], Awaitable[dict]]:
        async def call(keys: list[str]) -> dict:
            self.calls += 1
            if faults.get(service) == "down":
                raise GraphQLError(f"{service} is unavailable")
            try:
                async with asyncio.timeout(0.5):
                    await asyncio.sleep(4 if faults.get(service) == "slow" else 0.001)
            except TimeoutError as error:
                raise GraphQLError(f"{service} timed out") from error
            return answer(keys)

        return call


class Batch:
    """Collect the keys asked for in one turn of the event loop and fetch them with one call."""

    def __init__(self, fetch: Callable[[list[str]], Awaitable[dict]]) -> None:
        self.fetch, self.keys, self.pending = fetch, [], None

    async def load(self, key: str) -> Any:
        if BREAK == "n-plus-one":
            return (await self.fetch([key]))[key]
        if self.pending is None:
            self.keys, self.pending = [], asyncio.ensure_future(self.flush())
        self.keys.append(key)
        return (await asyncio.shield(self.pending))[key]

    async def flush(self) -> dict:
        await asyncio.sleep(0)
        self.pending, keys = None, list(dict.fromkeys(self.keys))
        return await self.fetch(keys)


def resolve(source: Any, info: Any, **arguments: Any) -> Any:
    context: Context = info.context
    match info.field_name:
        case "product":
            return context.catalogue.load(arguments["id"])
        case "products":
            return gather(context.catalogue, list(PRODUCTS)[: min(arguments["first"], 50)])
        case "related":
            return gather(context.catalogue, source["related"])
        case "stock":
            return context.stock.load(source["id"])
        case "reviews":
            return first(context.reviews.load(source["id"]), arguments["first"])
        case name:
            return source[name]


async def gather(batch: Batch, keys: list[str]) -> list:
    return await asyncio.gather(*(batch.load(key) for key in keys))


async def first(rows: Awaitable[list], count: int) -> list:
    return (await rows)[:count]


def too_expensive(selection: SelectionSetNode | None, depth: int = 1) -> tuple[int, int]:
    """Depth and number of fields; fragments are left out of this small reference and refused."""
    deepest, fields = depth, 0
    for node in selection.selections if selection else ():
        if not isinstance(node, FieldNode):
            return 99, 9999
        below, count = too_expensive(node.selection_set, depth + 1)
        deepest, fields = max(deepest, below), fields + count + 1
    return deepest, fields


class Body(BaseModel):
    query: str
    variables: dict[str, Any] = {}


@app.post("/graphql")
async def graphql(body: Body) -> JSONResponse:
    context = Context()

    def reply(status: int, content: dict) -> JSONResponse:
        content["extensions"] = {"upstreamCalls": context.calls}
        return JSONResponse(content, status, media_type="application/graphql-response+json")

    try:
        document = parse(body.query)
    except GraphQLError as error:
        return reply(400, {"errors": [error.formatted]})
    if errors := validate(schema, document):
        return reply(422, {"errors": [error.formatted for error in errors]})
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode) and BREAK != "limits":
            depth, fields = too_expensive(operation.selection_set)
            if depth > 8 or fields > 200:
                return reply(422, {"errors": [{"message": "Query is too expensive"}]})
    result = execute(schema, document, context_value=context, variable_values=body.variables, field_resolver=resolve)
    if asyncio.iscoroutine(result):
        result = await result
    return reply(200, dict(result.formatted))  # type: ignore[union-attr]


class Fault(BaseModel):
    service: str
    mode: str


@app.post("/test/faults", status_code=204)
async def set_fault(fault: Fault) -> Response:
    faults[fault.service] = fault.mode
    return Response(status_code=204)


@app.get("/health/live")
@app.get("/health/ready")
async def health() -> dict:
    return {"status": "ok"}
