"""Where a failing field leaves its hole."""

from __future__ import annotations

from graphql import build_schema, graphql_sync

SDL = """
type Query { cart: Cart }
type Cart { id: ID! items: %s }
type Item { sku: ID! price: %s }
"""


# region shapes
def answer(items_type: str, price_type: str):
    """Two items; pricing the second one fails. The types alone decide what the client gets."""
    schema = build_schema(SDL % (items_type, price_type))

    def price(item, _info):
        if item["sku"] == "b":
            raise RuntimeError("pricing is down")
        return 100

    schema.type_map["Item"].fields["price"].resolve = price
    root = {"cart": {"id": "1", "items": [{"sku": "a"}, {"sku": "b"}]}}
    return graphql_sync(schema, "{ cart { id items { sku price } } }", root)


# endregion
