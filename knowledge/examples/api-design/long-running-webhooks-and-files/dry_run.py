import sqlite3


class Rejected(Exception):
    pass


# region dry-run
def transfer(db: sqlite3.Connection, source: str, target: str, amount: int, validate_only: bool) -> dict:
    """The same code path for both; the preview ends in a rollback, so that it cannot drift from the real thing."""
    if amount <= 0 or source == target:  # a negative amount would take money from the target
        raise Rejected("amount must be positive, and the accounts must differ")
    db.execute("BEGIN IMMEDIATE")
    try:
        taken = db.execute(
            "UPDATE accounts SET balance = balance - ? WHERE id = ? AND balance >= ?", (amount, source, amount)
        ).rowcount
        if not taken or not db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, target)).rowcount:
            raise Rejected("unknown account or not enough money")  # 422 in both modes
        result = dict(db.execute("SELECT id, balance FROM accounts WHERE id IN (?, ?)", (source, target)).fetchall())
        if validate_only:
            db.execute("ROLLBACK")
            return {"validated": True, "balances": result}  # no id: nothing was created
        db.execute("INSERT INTO outbox (type) VALUES ('transfer.done')")  # mails and webhooks hang on this row only
        db.execute("COMMIT")
        return {"validated": False, "balances": result}
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
# endregion


def open_db():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(
        "CREATE TABLE accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL);"
        "INSERT INTO accounts VALUES ('a', 100), ('b', 0); CREATE TABLE outbox (type TEXT NOT NULL);"
    )
    return db
