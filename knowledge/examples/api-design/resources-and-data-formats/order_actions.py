import sqlite3

# region actions
TRANSITIONS = {"cancel": ({"pending", "paid"}, "cancelled"), "ship": ({"paid"}, "shipped")}


def act(db: sqlite3.Connection, order_id: str, action: str) -> tuple[int, dict]:
    """POST /orders/{id}/{action}: the state machine decides, in one statement, whether it may happen."""
    sources, target = TRANSITIONS[action]
    marks = ", ".join("?" * len(sources))
    changed = db.execute(
        f"UPDATE orders SET state = ? WHERE id = ? AND state IN ({marks})", (target, order_id, *sources)
    ).rowcount
    if changed:
        db.execute("INSERT INTO order_events (order_id, type) VALUES (?, ?)", (order_id, target))
    db.commit()
    row = db.execute("SELECT state FROM orders WHERE id = ?", (order_id,)).fetchone()
    if row is None:
        return 404, {"title": "No such order", "status": 404}
    if changed or row[0] == target:  # the repeat of a finished action is a success, not a conflict
        return 200, {"id": order_id, "state": row[0]}
    return 409, {
        "type": "https://api.example.com/problems/wrong-state",
        "title": f"A {row[0]} order cannot be {target}",
        "status": 409,
        "state": row[0],
    }
# endregion


def open_db() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript(
        "CREATE TABLE orders (id TEXT PRIMARY KEY, state TEXT NOT NULL);"
        "CREATE TABLE order_events (id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, type TEXT NOT NULL);"
        "INSERT INTO orders VALUES ('o1', 'paid'), ('o2', 'pending');"
    )
    return db
