"""A waiting ALTER TABLE blocks everybody behind it; lock_timeout and retries do not. Python 3.11, psycopg 3, PostgreSQL.

python lock_queue.py postgresql://… > lock_queue.out.txt
"""

import random
import sys
import threading
import time

import psycopg
from psycopg import errors


# region ddl-retry
def run_ddl(db: psycopg.Connection, statement: str, tries: int = 20, pause: float = 1.0) -> int:
    """Waits for the lock at most 500 ms at a time, so that traffic queues for at most 500 ms behind it."""
    for attempt in range(1, tries + 1):
        try:
            with db.transaction():
                db.execute("SET LOCAL lock_timeout = '500ms'")
                db.execute(statement)
            return attempt
        except errors.LockNotAvailable:  # 55P03: give way, let the queue drain, come back
            time.sleep(pause * random.uniform(0.5, 1.5))
    raise TimeoutError(f"no lock after {tries} tries: {statement}")
# endregion


def demonstrate(url: str, say=print) -> None:
    report, ddl, reader = (psycopg.connect(url, autocommit=True) for _ in range(3))
    try:
        ddl.execute("DROP TABLE IF EXISTS queue_demo")
        ddl.execute("CREATE TABLE queue_demo (id bigint)")
        reader.execute("SET statement_timeout = '700ms'")

        report.execute("BEGIN")
        report.execute("SELECT count(*) FROM queue_demo")
        say("A: BEGIN; SELECT count(*) FROM queue_demo;          -- a report, still open")
        waiting = threading.Thread(target=lambda: ddl.execute("ALTER TABLE queue_demo ADD COLUMN note text"))
        waiting.start()
        time.sleep(0.2)
        say("B: ALTER TABLE queue_demo ADD COLUMN note text;     -- waits for A")
        try:
            reader.execute("SELECT 1 FROM queue_demo LIMIT 1")
            say("C: SELECT 1 FROM queue_demo LIMIT 1;                -- ok")
        except errors.QueryCanceled as error:
            say(f"C: SELECT 1 FROM queue_demo LIMIT 1;                -- waits behind B\n   ERROR:  {error.diag.message_primary}")
        report.execute("COMMIT")
        waiting.join()

        report.execute("BEGIN")
        report.execute("SELECT count(*) FROM queue_demo")
        say("A: BEGIN; SELECT count(*) FROM queue_demo;          -- again")
        try:
            with ddl.transaction():
                ddl.execute("SET LOCAL lock_timeout = '200ms'")
                ddl.execute("ALTER TABLE queue_demo DROP COLUMN note")
        except errors.LockNotAvailable as error:
            say(f"B: SET lock_timeout = '200ms'; ALTER TABLE queue_demo DROP COLUMN note;\n   ERROR:  {error.diag.message_primary}")
        reader.execute("SELECT 1 FROM queue_demo LIMIT 1")
        say("C: SELECT 1 FROM queue_demo LIMIT 1;                -- ok")
        threading.Timer(0.8, lambda: report.execute("COMMIT")).start()
        tries = run_ddl(ddl, "ALTER TABLE queue_demo DROP COLUMN note", pause=0.2)
        say(f"B: run_ddl(…) succeeds on try {tries}, after A has committed")
    finally:
        ddl.execute("DROP TABLE IF EXISTS queue_demo")
        for db in (report, ddl, reader):
            db.close()


if __name__ == "__main__":
    print("-- region queue")
    demonstrate(sys.argv[1])
    print("-- endregion")
