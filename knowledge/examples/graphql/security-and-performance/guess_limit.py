"""Brute force by alias: a limiter that counts requests, and one that counts attempts."""

from __future__ import annotations

from graphql import GraphQLError, build_schema

SCHEMA_SDL = "type Query { ok: Boolean } type Mutation { login(name: String!, pin: String!): Boolean }"


class Counter:
    """Stands in for the shared limiter (Redis in production)."""

    def __init__(self, limit: int):
        self.limit, self.used = limit, {}

    def take(self, key: str, amount: int = 1) -> bool:
        self.used[key] = self.used.get(key, 0) + amount
        return self.used[key] <= self.limit


# region attempts
def login(_root, info, name: str, pin: str) -> bool:
    limiter = info.context["attempts"]
    if not limiter.take(f"login:{name}") or not limiter.take(f"login-ip:{info.context['ip']}"):
        raise GraphQLError("Too many attempts", extensions={"code": "RATE_LIMITED"})
    return pin == "0042"


def operations(body: object) -> list[dict]:
    """The HTTP body holds one operation. An array is batching: refuse it, or cap and count its members."""
    if isinstance(body, list):
        raise GraphQLError("Batching is off", extensions={"code": "BATCHING_DISABLED"})
    return [body]
# endregion


def build(resolver=login):
    schema = build_schema(SCHEMA_SDL)
    schema.mutation_type.fields["login"].resolve = resolver
    return schema
