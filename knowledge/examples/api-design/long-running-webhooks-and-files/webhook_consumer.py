import json
import sqlite3
from urllib.parse import quote

SCHEMA = """
CREATE TABLE webhook_messages (id TEXT PRIMARY KEY, body TEXT NOT NULL, received_at INTEGER NOT NULL);
CREATE TABLE orders (id TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL);
"""


# region receive
def receive(db: sqlite3.Connection, message_id: str, body: bytes, now: int) -> int:
    """After the signature check: store, answer, work later. A repeat is a success, because it is one."""
    db.execute(
        "INSERT INTO webhook_messages (id, body, received_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (message_id, body.decode(), now),
    )
    db.commit()
    return 204  # only after the commit: a crash before it makes the sender try again
# endregion


# region apply
def apply(db: sqlite3.Connection, message_id: str, fetch) -> None:
    """In a worker. `fetch(path)` reads the current state from the provider's configured host, with our credentials."""
    (body,) = db.execute("SELECT body FROM webhook_messages WHERE id = ?", (message_id,)).fetchone()
    order_id = quote(json.loads(body)["data"]["id"], safe="")
    order = fetch(f"/v1/orders/{order_id}")  # never the URL of the body: whoever forges one would be sent our token
    db.execute(  # the version decides, not the order of arrival
        "INSERT INTO orders (id, version, state) VALUES (:id, :version, :state) "
        "ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state "
        "WHERE excluded.version > orders.version",
        order,
    )
    db.commit()
# endregion


def open_db():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    return db
