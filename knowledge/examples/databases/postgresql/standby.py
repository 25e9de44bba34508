"""What a hot standby refuses, cancels and shows late. Python 3.11, psycopg 3, PostgreSQL with a streaming standby.

The standby of this run had max_standby_streaming_delay = 2s (default 30s) so that the conflict comes soon.
python standby.py postgresql://…primary postgresql://…standby > standby.out.txt
"""

import sys
import time

import psycopg
from psycopg import errors


def demonstrate(primary_url: str, standby_url: str, say=print) -> None:
    primary = psycopg.connect(primary_url, autocommit=True)
    standby = psycopg.connect(standby_url, autocommit=True)

    def on_standby(sql: str):
        try:
            row = standby.execute(sql).fetchone()
            say(f"S: {sql}  -- {row[0]}")
        except errors.Error as error:
            detail = f"\n   DETAIL:  {error.diag.message_detail}" if error.diag.message_detail else ""
            say(f"S: {sql}\n   ERROR:  {error.sqlstate}: {error.diag.message_primary}{detail}")

    primary.execute("DROP TABLE IF EXISTS sales")
    primary.execute("CREATE TABLE sales AS SELECT n AS id, 0 AS total FROM generate_series(1, 1000) n")
    time.sleep(0.5)
    say("-- region refuses")
    on_standby("INSERT INTO sales VALUES (0, 0)")
    on_standby("SELECT id FROM sales WHERE id = 1 FOR UPDATE")
    say("-- endregion\n-- region conflict")
    say("S: BEGIN ISOLATION LEVEL REPEATABLE READ;  -- a report on the standby")
    standby.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    on_standby("SELECT count(*) FROM sales")
    primary.execute("UPDATE sales SET total = 1")
    primary.execute("VACUUM sales")
    say("P: UPDATE sales SET total = 1; VACUUM sales;  -- on the primary")
    on_standby("SELECT sum(total), pg_sleep(4) FROM sales")
    standby.execute("ROLLBACK")
    say("-- endregion")
    primary.execute("DROP TABLE sales")
    primary.close()
    standby.close()


if __name__ == "__main__":
    demonstrate(*sys.argv[1:3])
