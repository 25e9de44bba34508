import sqlite3

from graphql import graphql_sync
from subgraph_entities import products_schema

QUERY = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { id name } } }"


def ask(ids):
    statements = []
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE products (id TEXT PRIMARY KEY, name TEXT, weight INTEGER)")
    db.executemany("INSERT INTO products VALUES (?, ?, ?)", [("1", "Cup", 300), ("2", "Pot", 900)])
    db.set_trace_callback(statements.append)
    result = graphql_sync(
        products_schema(),
        QUERY,
        variable_values={"r": [{"__typename": "Product", "id": i} for i in ids]},
        context_value={"db": db},
    )
    db.close()
    return result, statements


def test_keys_are_answered_in_order_with_null_for_unknown_and_one_query():
    result, statements = ask(["2", "9", "1", "2"])
    assert result.errors is None
    assert [e and e["name"] for e in result.data["_entities"]] == ["Pot", None, "Cup", "Pot"]
    assert len(statements) == 1


def test_a_huge_batch_is_refused():
    result, statements = ask([str(n) for n in range(501)])
    assert result.errors and not statements
