"""What a subgraph library does for the router: Query._entities, here by hand with graphql-core."""

from __future__ import annotations

from graphql import GraphQLError, build_schema

SDL = """
scalar _Any
union _Entity = Product
type Product { id: ID! name: String! weightGrams: Int }
type Query { product(id: ID!): Product _entities(representations: [_Any!]!): [_Entity]! }
"""


# region entities
def load_products(db, ids: list[str]) -> dict[str, dict]:
    marks = ",".join("?" * len(ids))
    rows = db.execute(f"SELECT id, name, weight FROM products WHERE id IN ({marks})", ids)  # only marks are built
    return {row[0]: {"__typename": "Product", "id": row[0], "name": row[1], "weightGrams": row[2]} for row in rows}


def resolve_entities(_root, info, representations: list[dict]) -> list[dict | None]:
    """One query for all keys; same length and order as asked; null where nothing exists."""
    if len(representations) > 500:  # more than the largest page can ask for
        raise GraphQLError("Too many representations")
    wanted = [r["id"] for r in representations if r["__typename"] == "Product"]
    found = load_products(info.context["db"], list(dict.fromkeys(wanted))) if wanted else {}
    return [found.get(r["id"]) if r["__typename"] == "Product" else None for r in representations]


# endregion


def products_schema():
    schema = build_schema(SDL)
    schema.query_type.fields["_entities"].resolve = resolve_entities
    return schema
