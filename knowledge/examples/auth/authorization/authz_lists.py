"""Lists: filter in the query, not after it."""

from __future__ import annotations

import sqlite3

SCHEMA = """
CREATE TABLE doc (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL);
CREATE TABLE share (doc_id INTEGER NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (user_id, doc_id));
"""


# region vulnerable
def page_vulnerable(db: sqlite3.Connection, user: str, limit: int) -> dict:
    rows = db.execute("SELECT id, owner, title FROM doc ORDER BY id LIMIT ?", (limit,)).fetchall()
    total = db.execute("SELECT count(*) FROM doc").fetchone()[0]  # tells how much the others have
    shared = {r[0] for r in db.execute("SELECT doc_id FROM share WHERE user_id = ?", (user,))}
    return {"items": [r[0] for r in rows if r[1] == user or r[0] in shared], "total": total}  # short or empty pages


# endregion vulnerable

# region fixed
VISIBLE = """
    (d.owner = :user OR EXISTS (SELECT 1 FROM share s WHERE s.user_id = :user AND s.doc_id = d.id))
"""


def page(db: sqlite3.Connection, user: str, limit: int, after: int = 0, search: str = "") -> dict:
    sql = f"""
        SELECT d.id FROM doc d
        WHERE d.id > :after AND instr(d.title, :search) > 0 AND {VISIBLE}
        ORDER BY d.id LIMIT :limit
    """
    values = {"user": user, "after": after, "search": search, "limit": limit + 1}
    ids = [row[0] for row in db.execute(sql, values)]
    return {"items": ids[:limit], "next": ids[limit - 1] if len(ids) > limit else None}


# endregion fixed
