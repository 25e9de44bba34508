"""One deadline for the whole operation, a shorter one for an optional field."""

from __future__ import annotations

import asyncio

from graphql import ExecutionResult, GraphQLError, build_schema, graphql

SCHEMA = build_schema("type Query { order: Order } type Order { id: ID! recommendations: [String!] }")


# region deadline
async def run(source: str, context: dict, seconds: float) -> ExecutionResult:
    context["deadline"] = asyncio.get_running_loop().time() + seconds  # resolvers pass on what is left
    try:
        async with asyncio.timeout(seconds):
            return await graphql(SCHEMA, source, context_value=context)
    except TimeoutError:
        error = GraphQLError("Operation took too long", extensions={"code": "DEADLINE_EXCEEDED"})
        return ExecutionResult(data=None, errors=[error])


async def resolve_recommendations(order, info):
    left = info.context["deadline"] - asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(min(0.05, left)):  # optional: never worth the whole page
            return await info.context["recommend"](order["id"])
    except TimeoutError:
        raise GraphQLError("Recommendations are late", extensions={"code": "TIMEOUT"}) from None
# endregion


SCHEMA.type_map["Order"].fields["recommendations"].resolve = resolve_recommendations
