"""The order schema of the guide, served by graphql-core from an SQLite table."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

from graphql import GraphQLError, build_schema

SDL = (Path(__file__).parent / "shop.graphql").read_text()
MAX_PAGE = 100


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT NOT NULL, customer_id INTEGER NOT NULL)")
    db.execute(
        "CREATE TABLE requests (viewer INTEGER, id TEXT, order_id TEXT NOT NULL, result TEXT NOT NULL DEFAULT '',"
        " PRIMARY KEY (viewer, id))"
    )
    db.executemany(
        "INSERT INTO orders VALUES (?, ?, ?)",
        [(n, "shipped" if n % 5 == 0 else "open", 1 if n < 4 else 2) for n in range(1, 8)],
    )
    return db


def view(row: sqlite3.Row) -> dict:
    return {"id": str(row["id"]), "number": f"A-{row['id']}", "lines": [], "customer_id": row["customer_id"]}


# region connection
def cursor_of(row: sqlite3.Row) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["id"]]).encode()).decode()


def position(cursor: str) -> int:
    try:
        (last_id,) = json.loads(base64.urlsafe_b64decode(cursor))
        return int(last_id)
    except (ValueError, TypeError) as error:
        raise GraphQLError("Invalid cursor", extensions={"code": "BAD_CURSOR"}) from error


def resolve_orders(_root, info, first: int = 20, after: str | None = None) -> dict:
    if not 1 <= first <= MAX_PAGE:
        raise GraphQLError(f"first must be 1 to {MAX_PAGE}", extensions={"code": "BAD_PAGE_SIZE"})
    start = position(after) if after else 0
    rows = (
        info.context["db"]
        .execute("SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT ?", (start, first + 1))
        .fetchall()
    )
    page = rows[:first]
    edges = [{"cursor": cursor_of(row), "node": view(row)} for row in page]
    return {
        "edges": edges,
        "pageInfo": {
            "hasNextPage": len(rows) > first,  # one row more than asked for: no COUNT(*)
            "hasPreviousPage": False,  # the cursor specification allows false when paging forward
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


# endregion


# region cancel
def cancel(db: sqlite3.Connection, viewer: int, order_id: str, request_id: str) -> dict:
    """One transaction: claim the request id, change the order, store the result for a repeat."""
    key, mine = (viewer, request_id), (order_id, viewer)
    with db:
        claim = "INSERT INTO requests (viewer, id, order_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        if not db.execute(claim, (*key, order_id)).rowcount:  # a repeat, or a second call at the same time
            seen = db.execute("SELECT order_id, result FROM requests WHERE viewer = ? AND id = ?", key).fetchone()
            if seen["order_id"] != order_id:
                raise GraphQLError("requestId was used for another order", extensions={"code": "REQUEST_ID_REUSED"})
            return json.loads(seen["result"])
        sql = "UPDATE orders SET state = 'cancelled' WHERE id = ? AND customer_id = ? AND state = 'open'"
        changed = db.execute(sql, mine).rowcount
        row = db.execute("SELECT state FROM orders WHERE id = ? AND customer_id = ?", mine).fetchone()
        if changed:
            result = {"__typename": "OrderCancelled", "refundCents": 4200}
        elif row is None:
            result = {"__typename": "OrderNotFound", "message": "No such order."}
        else:
            text = f"An order that is {row['state']} cannot be cancelled."
            result = {"__typename": "OrderNotCancellable", "message": text, "state": row["state"]}
        db.execute("UPDATE requests SET result = ? WHERE viewer = ? AND id = ?", (json.dumps(result), *key))
        return result


def resolve_cancel_order(_root, info, input: dict) -> dict:
    db, viewer = info.context["db"], info.context["viewer"]
    result = cancel(db, viewer, input["orderId"], input["requestId"])  # a crash here is a top-level error
    row = db.execute("SELECT * FROM orders WHERE id = ? AND customer_id = ?", (input["orderId"], viewer)).fetchone()
    return {"order": view(row) if row else None, "result": result}


# endregion


def resolve_order(_root, info, id: str):
    row = info.context["db"].execute("SELECT * FROM orders WHERE id = ?", (id,)).fetchone()
    return view(row) if row else None


def resolve_customer(order, info):
    return info.context["customers"](order["customer_id"])


def shop_schema(sdl: str = SDL):
    schema = build_schema(sdl)
    schema.query_type.fields["orders"].resolve = resolve_orders
    schema.query_type.fields["order"].resolve = resolve_order
    schema.get_type("Order").fields["customer"].resolve = resolve_customer
    schema.mutation_type.fields["cancelOrder"].resolve = resolve_cancel_order
    return schema
