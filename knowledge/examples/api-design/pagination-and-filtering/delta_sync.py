"""Delta tokens: a change log with tombstones, a snapshot that fits it, and a token that can be too old."""

import sqlite3

# region schema
SCHEMA = """
CREATE TABLE contacts (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE changes (              -- written by triggers, in the same transaction as the change
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id TEXT NOT NULL
);
CREATE INDEX changes_contact ON changes (contact_id, seq);
CREATE TRIGGER contacts_ins AFTER INSERT ON contacts BEGIN INSERT INTO changes (contact_id) VALUES (NEW.id); END;
CREATE TRIGGER contacts_upd AFTER UPDATE ON contacts BEGIN INSERT INTO changes (contact_id) VALUES (NEW.id); END;
CREATE TRIGGER contacts_del AFTER DELETE ON contacts BEGIN INSERT INTO changes (contact_id) VALUES (OLD.id); END;
"""
# endregion


class TokenExpired(Exception):
    """The log no longer reaches back to this token: answer 410, the client starts with a full sync."""


# region delta
def changes_since(db, token, limit=100):
    """Current state of everything that changed after `token`: items, ids of removed items, next token, more?

    Call it inside one read transaction, so that a purge cannot fall between the statements.
    """
    oldest, newest = db.execute("SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM changes").fetchone()
    pruned = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    if token + 1 < oldest or (oldest == 0 and pruned and token < pruned[0]):
        raise TokenExpired
    rows = db.execute(
        """
        SELECT max(l.seq) AS seq, l.contact_id, c.name
        FROM (SELECT seq, contact_id FROM changes WHERE seq > ? ORDER BY seq LIMIT ?) AS l
        LEFT JOIN contacts c ON c.id = l.contact_id
        GROUP BY l.contact_id ORDER BY seq
        """,
        (token, limit),
    ).fetchall()
    changed = [{"id": r["contact_id"], "name": r["name"]} for r in rows if r["name"] is not None]
    removed = [r["contact_id"] for r in rows if r["name"] is None]
    next_token = max((r["seq"] for r in rows), default=token)
    return {"changed": changed, "removed": removed, "token": next_token, "more": next_token < newest}


# endregion


def full_sync(db):
    """State and token from one snapshot, so that no change falls between them."""
    db.execute("BEGIN")
    token = db.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0]
    items = {r["id"]: r["name"] for r in db.execute("SELECT id, name FROM contacts")}
    db.execute("COMMIT")
    return items, token


def open_db():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    return db
