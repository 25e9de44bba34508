"""Session state behind PgBouncer in transaction mode: two clients share one server connection. Python 3.11, psycopg 3.

PgBouncer with pool_mode = transaction and default_pool_size = 1, so that both clients meet on the same connection.
python pooler.py postgresql://…pgbouncer > pooler.out.txt
"""

import sys

import psycopg
from psycopg import errors


def demonstrate(url: str, say=print) -> None:
    # prepare_threshold=None: no server-side prepared statements, which need max_prepared_statements in PgBouncer
    a, b = (psycopg.connect(url, autocommit=True, prepare_threshold=None) for _ in range(2))

    def run(who: str, db, sql: str):
        try:
            cursor = db.execute(sql)
            value = cursor.fetchone()[0] if cursor.description else None
            say(f"{who}: {sql}" + (f"  -- {value}" if value not in (None, "") else ""))
        except errors.Error as error:
            say(f"{who}: {sql}\n   ERROR:  {error.diag.message_primary}")

    run("A", a, "SET statement_timeout = '10ms'")
    run("B", b, "SELECT pg_sleep(0.05)")
    run("B", b, "RESET statement_timeout")
    run("A", a, "SELECT pg_advisory_lock(42)")
    run("B", b, "SELECT pg_try_advisory_lock(42)")
    run("B", b, "SELECT pg_advisory_unlock_all()")
    run("A", a, "CREATE TEMP TABLE basket (sku text)")
    run("B", b, "SELECT count(*) FROM basket")
    run("B", b, "DROP TABLE basket")
    with a.transaction():
        run("A", a, "SET LOCAL statement_timeout = '10ms'")
    run("B", b, "SELECT pg_sleep(0.05)")
    a.close()
    b.close()


if __name__ == "__main__":
    print("-- region pooler")
    demonstrate(sys.argv[1])
    print("-- endregion")
