import sqlite3

LIMIT = 100


# region bulk
def bulk_create(db: sqlite3.Connection, body: dict) -> tuple[int, dict]:
    """POST /v1/notes/bulk: each item stands alone and carries a key, so that the client can repeat the whole request."""
    items = body.get("items")
    if not isinstance(items, list) or not items:
        return 400, problem(400, "items must be a non-empty array")
    if len(items) > LIMIT:
        return 413, problem(413, f"at most {LIMIT} items")
    results = []
    db.execute("BEGIN")  # one transaction for speed; a bad item is caught before it can abort the others
    with db:  # commits, or rolls back when something unexpected is raised
        for item in items:
            results.append(create_one(db, item if isinstance(item, dict) else {}))
    failed = sum(r["status"] >= 400 for r in results)
    # 200: the bulk request itself was understood and carried out; each item has its own status
    return 200, {"summary": {"total": len(items), "failed": failed}, "results": results}


def create_one(db, item):
    key, text = item.get("key"), item.get("text")
    if not isinstance(key, str) or not 1 <= len(key) <= 64:
        return {"key": None, "status": 422, "error": problem(422, "key is required")}
    if not isinstance(text, str) or not text.strip():
        return {"key": key, "status": 422, "error": problem(422, "text is required")}
    new = db.execute("INSERT INTO notes (key, text) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, text)).rowcount
    note_id, stored = db.execute("SELECT id, text FROM notes WHERE key = ?", (key,)).fetchone()
    if not new and stored != text:
        return {"key": key, "status": 409, "error": problem(409, "this key was used with another text")}
    return {"key": key, "status": 201 if new else 200, "id": f"n_{note_id}"}
# endregion


# region atomic
def bulk_create_atomic(db: sqlite3.Connection, body: dict) -> tuple[int, dict]:
    """All or nothing: the same items, one verdict."""
    items = body["items"]  # list and size are checked as in bulk_create
    db.execute("BEGIN")
    with db:
        results = [create_one(db, item if isinstance(item, dict) else {}) for item in items]
        errors = [{"pointer": f"#/items/{n}", "detail": r["error"]["title"]} for n, r in enumerate(results) if "error" in r]
        if errors:
            db.execute("ROLLBACK")
            return 422, problem(422, "nothing was stored") | {"errors": errors}
    return 200, {"results": results}
# endregion


def problem(status, title):
    return {"title": title, "status": status}


def open_db():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, text TEXT NOT NULL)")
    return db
