"""Idempotency without a key table: the client chooses the URL, or the business key is unique. SQLite or PostgreSQL."""
import json
import sqlite3

SCHEMA = """
CREATE TABLE payouts (
  id       TEXT PRIMARY KEY,               -- chosen by the client: PUT /payouts/{id}
  invoice  TEXT NOT NULL UNIQUE,           -- the business key: one payout per invoice
  body     TEXT NOT NULL
);
"""


# region put
def put_payout(db: sqlite3.Connection, payout_id: str, body: dict) -> tuple[int, str]:
    """PUT /payouts/{payout_id}: create once; an equal repeat succeeds, a different one is a conflict."""
    text = json.dumps(body, sort_keys=True)
    with db:
        created = db.execute(
            "INSERT INTO payouts (id, invoice, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (payout_id, body["invoice"], text),
        ).rowcount == 1
        if created:
            return 201, text
        existing = db.execute("SELECT body FROM payouts WHERE id = ?", (payout_id,)).fetchone()
    if existing is None:
        return 409, '{"title": "This invoice has a payout under another id"}'
    if existing[0] != text:
        return 409, '{"title": "This payout exists with other content"}'
    return 200, existing[0]
# endregion
